// SPDX-License-Identifier: Apache-2.0

// containerd/console's Epoller: a goroutine for each console, and one that waits for events. Counts,
// checks and reports as bench/support/session.cpp does for the others.
package main

import (
	"flag"
	"fmt"
	"os"
	"sort"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/containerd/console"
)

// The period of the pattern in bench/support/pattern.hpp.
const period = 251

// As io.Copy has it.
const bufferSize = 32 * 1024

var (
	workload = flag.String("workload", "output", "")
	consoles = flag.Int("consoles", 1, "")
	total    = flag.Uint64("bytes", 0, "")
	line     = flag.Uint64("line", 4096, "")
	measured = flag.Int("milliseconds", 1000, "")
	firstFd  = flag.Int("first-fd", 3, "")
	startFd  = flag.Int("start-fd", 3, "")
)

type stream struct {
	position   uint64
	operations uint64
}

type usage struct {
	at     time.Time
	rusage syscall.Rusage
}

var (
	streams []stream
	open    int64
	wrong   int64
	echoes  []time.Duration
	sent    time.Time
	began   usage
	idle    [2]uint64
)

func now() usage {
	u := usage{at: time.Now()}
	syscall.Getrusage(syscall.RUSAGE_SELF, &u.rusage)
	return u
}

// The machine's idle CPU time, and all of it.
func cpuTimes() (times [2]uint64) {
	text, _ := os.ReadFile("/proc/stat")
	var columns [8]uint64
	fmt.Sscanf(string(text), "cpu %d %d %d %d %d %d %d %d", &columns[0], &columns[1], &columns[2],
		&columns[3], &columns[4], &columns[5], &columns[6], &columns[7])
	for i, value := range columns {
		times[1] += value
		if i == 3 || i == 4 {
			times[0] += value
		}
	}
	return times
}

func peak() (kib uint64) {
	text, _ := os.ReadFile("/proc/self/status")
	for _, row := range strings.Split(string(text), "\n") {
		if strings.HasPrefix(row, "VmHWM:") {
			fmt.Sscanf(row, "VmHWM: %d", &kib)
		}
	}
	return kib
}

func at(i int, position uint64) byte {
	return byte((uint64(i) + position) % period)
}

// Whether the console has more to come.
func took(i int, piece []byte) bool {
	if isProbe(i) {
		echoes = append(echoes, time.Since(sent))
		if time.Since(began.at) >= time.Duration(*measured)*time.Millisecond {
			finish()
		}
		return true
	}
	s := &streams[i]
	if piece[0] != at(i, s.position) || piece[len(piece)-1] != at(i, s.position+uint64(len(piece))-1) {
		atomic.AddInt64(&wrong, 1)
	}
	moved(s, len(piece))
	return s.position != *total
}

func moved(s *stream, count int) {
	s.position += uint64(count)
	s.operations++
	if s.position == *total {
		oneDone()
	}
}

func oneDone() {
	if atomic.AddInt64(&open, -1) == 0 {
		finish()
	}
}

func isProbe(i int) bool { return *workload == "latency" && i == 0 }

func finish() {
	ended := now()
	idleNow := cpuTimes()
	var bytes, operations uint64
	for i := range streams {
		bytes += streams[i].position
		operations += streams[i].operations
	}
	text := fmt.Sprintf(`{"bytes": %d, "wrong": %d, "operations": %d, "wall_ns": %d, "user_ns": %d, "system_ns": %d`,
		bytes, wrong, operations, ended.at.Sub(began.at).Nanoseconds(),
		ended.rusage.Utime.Nano()-began.rusage.Utime.Nano(), ended.rusage.Stime.Nano()-began.rusage.Stime.Nano())
	text += fmt.Sprintf(`, "voluntary_switches": %d, "involuntary_switches": %d, "machine_idle": %d, "machine_all": %d, "peak_kib": %d`,
		ended.rusage.Nvcsw-began.rusage.Nvcsw, ended.rusage.Nivcsw-began.rusage.Nivcsw,
		idleNow[0]-idle[0], idleNow[1]-idle[1], peak())
	if *total != 0 {
		text += fmt.Sprintf(`, "expected": %d`, *total*uint64(*consoles))
	}
	if len(echoes) > 0 {
		sort.Slice(echoes, func(a, b int) bool { return echoes[a] < echoes[b] })
		share := func(part float64) int64 { return int64(echoes[int(part*float64(len(echoes)-1))]) }
		text += fmt.Sprintf(`, "echoes": %d, "p50_ns": %d, "p99_ns": %d, "p999_ns": %d`,
			len(echoes), share(0.5), share(0.99), share(0.999))
	}
	fmt.Println(text + "}")
	os.Exit(0)
}

func probe(c *console.EpollConsole) {
	sent = time.Now()
	c.Write([]byte{0})
}

func read(i int, c *console.EpollConsole) {
	buffer := make([]byte, bufferSize)
	for more := true; more; {
		if isProbe(i) {
			probe(c)
		}
		count, err := c.Read(buffer)
		if err != nil {
			oneDone()
			return
		}
		more = took(i, buffer[:count])
	}
}

func write(i int, c *console.EpollConsole) {
	pattern := make([]byte, *line+period)
	for j := range pattern {
		pattern[j] = at(0, uint64(j))
	}
	s := &streams[i]
	for s.position < *total {
		from := (uint64(i) + s.position) % period
		count, err := c.Write(pattern[from : from+*line])
		if err != nil {
			return
		}
		moved(s, count)
	}
}

func fail(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func main() {
	flag.Parse()
	streams = make([]stream, *consoles)
	open = int64(*consoles)
	epoller, err := console.NewEpoller()
	fail(err)
	var all []*console.EpollConsole
	for i := 0; i < *consoles; i++ {
		master, err := console.ConsoleFromFile(os.NewFile(uintptr(*firstFd+i), "master"))
		fail(err)
		added, err := epoller.Add(master)
		fail(err)
		all = append(all, added)
	}
	go epoller.Wait()
	serve := read
	if *workload == "input" {
		serve = write
	}
	idle = cpuTimes()
	began = now()
	for i, c := range all {
		go serve(i, c)
	}
	syscall.Close(*startFd)
	select {}
}
