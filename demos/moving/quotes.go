// SPDX-License-Identifier: MIT
// The program of docs/moving.md in Go.
package main

import (
	"context"
	"fmt"
	"sync"
	"time"
)

type source struct {
	name  string
	wait  time.Duration
	price int
}

func ask(ctx context.Context, s source, quotes chan<- source) {
	select {
	case <-time.After(s.wait):
	case <-ctx.Done():
		return
	}
	select {
	case quotes <- s:
	case <-ctx.Done():
	}
}

func collect(ctx context.Context, quotes <-chan source) {
	missing := 3
	for missing > 0 {
		select {
		case s := <-quotes:
			fmt.Printf("%s: %d\n", s.name, s.price)
			missing--
			continue
		case <-ctx.Done():
		}
		break
	}
	fmt.Printf("missing: %d\n", missing)
}

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	quotes := make(chan source, 3)
	var group sync.WaitGroup
	for _, s := range []source{
		{"slow", 60 * time.Second, 30},
		{"near", 20 * time.Millisecond, 10},
		{"far", 150 * time.Millisecond, 20},
	} {
		group.Add(1)
		go func(s source) {
			defer group.Done()
			ask(ctx, s, quotes)
		}(s)
	}
	collect(ctx, quotes)
	cancel()
	group.Wait()
	fmt.Println("nobody is left")
}
