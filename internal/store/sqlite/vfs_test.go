package sqlite

import (
	"sync"
	"sync/atomic"
	"testing"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// The VFS "counting" is the system's own, but it counts how often SQLite asks
// it to synchronize a file, and can be told to refuse that.
var (
	syncs     atomic.Int64
	syncFails atomic.Bool

	systemOpen func(*libc.TLS, uintptr, uintptr, uintptr, int32, uintptr) int32
	systemSync func(*libc.TLS, uintptr, int32) int32

	registerVFS = sync.OnceFunc(register)
	methodsMu   sync.Mutex              // guards methods
	methods     = map[uintptr]uintptr{} // the system's, and a copy of each that counts
)

const countingVFS = "&vfs=counting"

func at[T any](p uintptr) *T { return *(**T)(unsafe.Pointer(&p)) }

func function[F any](p *uintptr) *F { return (*F)(unsafe.Pointer(p)) }

func register() {
	tls := libc.NewTLS()
	system := sqlite3.Xsqlite3_vfs_find(tls, 0)
	counting := libc.Xmalloc(tls, libc.Tsize_t(unsafe.Sizeof(sqlite3.Tsqlite3_vfs{})))
	v := at[sqlite3.Tsqlite3_vfs](counting)
	*v = *at[sqlite3.Tsqlite3_vfs](system)
	name, err := libc.CString("counting")
	if err != nil {
		panic(err)
	}
	v.FzName = name
	systemOpen = *function[func(*libc.TLS, uintptr, uintptr, uintptr, int32, uintptr) int32](&v.FxOpen)
	*function[func(*libc.TLS, uintptr, uintptr, uintptr, int32, uintptr) int32](&v.FxOpen) = countingOpen
	sqlite3.Xsqlite3_vfs_register(tls, counting, 0)
}

func countingOpen(tls *libc.TLS, vfs, name, file uintptr, flags int32, out uintptr) int32 {
	rc := systemOpen(tls, vfs, name, file, flags, out)
	f := at[sqlite3.Tsqlite3_file](file)
	if rc != sqlite3.SQLITE_OK || f.FpMethods == 0 {
		return rc
	}
	methodsMu.Lock()
	defer methodsMu.Unlock()
	counting, ok := methods[f.FpMethods]
	if !ok {
		counting = libc.Xmalloc(tls, libc.Tsize_t(unsafe.Sizeof(sqlite3.Tsqlite3_io_methods{})))
		m := at[sqlite3.Tsqlite3_io_methods](counting)
		*m = *at[sqlite3.Tsqlite3_io_methods](f.FpMethods)
		systemSync = *function[func(*libc.TLS, uintptr, int32) int32](&m.FxSync) // the same for all
		*function[func(*libc.TLS, uintptr, int32) int32](&m.FxSync) = countingSync
		methods[f.FpMethods] = counting
	}
	f.FpMethods = counting
	return rc
}

func countingSync(tls *libc.TLS, file uintptr, flags int32) int32 {
	if syncFails.Load() {
		return sqlite3.SQLITE_IOERR_FSYNC
	}
	syncs.Add(1)
	return systemSync(tls, file, flags)
}

func countSyncs(t *testing.T) {
	t.Helper()
	registerVFS()
	syncs.Store(0)
	syncFails.Store(false)
}
