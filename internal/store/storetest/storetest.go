// Package storetest is what every store (保存先) must do.
//
// An engine's own test opens an empty store and calls Run. Other packages'
// tests open a real store with OpenSQLite.
package storetest
