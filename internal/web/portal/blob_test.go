package portal_test

import (
	"bytes"
	"context"
	"io"
	"sync"
	"time"

	"madoguchi/internal/fault"
	"madoguchi/internal/tenant"
)

type mapBlobs struct {
	mu sync.Mutex
	m  map[string][]byte
}

func (s *mapBlobs) Put(_ context.Context, id tenant.ID, key string, r io.Reader) (int64, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return 0, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.m[key] = data
	return int64(len(data)), nil
}

type body struct{ *bytes.Reader }

func (body) Close() error { return nil }

func (s *mapBlobs) Open(_ context.Context, id tenant.ID, key string) (io.ReadSeekCloser, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	data, ok := s.m[key]
	if !ok {
		return nil, fault.New(fault.NotFound, "store.no_blob")
	}
	return body{bytes.NewReader(data)}, nil
}

func (s *mapBlobs) Delete(_ context.Context, id tenant.ID, key string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.m, key)
	return nil
}

func (s *mapBlobs) Old(context.Context, tenant.ID, time.Time, string, int) ([]string, error) {
	return nil, nil
}
