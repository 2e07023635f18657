/* SPDX-License-Identifier: Apache-2.0 */
/* The engine's protocol of sleeping, waking and handing over the queue, for spin(1): blocked
   callers, threads in wait(), shutdown, close, cancel. It mirrors src/engine, under its names; each
   `atomic` is a stretch for which a thread holds the engine's lock, or one step of the kernel.

   Two consoles are read. CALLERS threads are blocked in reads, SERVERS are in wait(). Every console
   has one asynchronous read at a time if SERVERS is not 0, ROUNDS in all, each started by the
   handler of the one before. Every caller reads ROUNDS times. The far ends write as long as a read
   is left. At any time one of shutdown, close or cancel may come, or none. In the end, when every
   operation has completed, the poller is closed.

   What must hold: all processes come to their end (a wake-up that is lost leaves one asleep, which
   spin calls an invalid end state), and each operation completes once (the assertions).

   Left out: deadlines but those of caller 0 (CALLER_TIMES_OUT), writes, which are reads to this
   protocol, abandoned operations, exits, native_handle(), and spurious wake-ups, which would only
   help. PLANTED names a bug to be found. */

#ifndef CALLERS
#define CALLERS 2
#endif
#ifndef SERVERS
#define SERVERS 1
#endif
#ifndef ROUNDS
#define ROUNDS 2
#endif
#ifndef CALLER_TIMES_OUT
#define CALLER_TIMES_OUT 0
#endif
#define no_bug 0
#define no_hand_over 1      /* run_blocked() ends and leaves the queue to nobody */
#define event_forgotten 2   /* settle_read() does not see that an event came during the call */
#define turner_not_woken 3  /* schedule() takes it that the turner looks by itself */
#define nudge_too_few 4     /* nudge() takes it that whoever is in the kernel will look */
#define shut_down_not_fresh 5 /* a read under way at shutdown() takes what it found for all */
#ifndef PLANTED
#define PLANTED no_bug
#endif

#define CONSOLES 2
#define OPERATIONS (CALLERS + CONSOLES) /* one of each caller, then one of each console */
#define nobody 255
#define is_caller(o) ((o) < CALLERS)
#define asynchronous(c) (CALLERS + (c))
#define console_of(o) ((o) % CONSOLES) /* of a caller */

/* registration.hpp */
typedef Direction {
  bool ready = true;
  bool fresh;
  bool busy;
  bool in_handler;
  bool is_listed; /* in ready_ */
  bool registered = true;
  bool shut_down;
  byte size; /* of the line of operations, its head first */
  byte line[OPERATIONS];
};
Direction direction[CONSOLES];
bool queued[OPERATIONS];
bool cancelled[OPERATIONS];

/* engine.hpp */
byte turner = nobody;
byte servers_in_kernel, servers_idle, servers_asleep, async_pending;
bool wake_pending, closed, server_dispatching;
byte sleepers_size;
byte sleepers[OPERATIONS];

/* Condition variables: one of each caller, and server_wake. */
bool waits[OPERATIONS], notified[OPERATIONS];
byte server_wake_waits, server_wake_notified;

/* The kernel's queue, edge-triggered. */
bool holds[CONSOLES]; /* bytes to read */
bool edge[CONSOLES];
bool waker;
bool owed[CONSOLES]; /* bytes that were there at shutdown() */

/* What is asked for. */
byte left[CONSOLES]; /* operations that have not completed */
byte rounds[OPERATIONS];

byte i;     /* of a loop */
bool found; /* a result */

#define head(c) direction[c].line[0]
#define ready_size (direction[0].is_listed + direction[1].is_listed)
#define event_is_there (edge[0] || edge[1] || waker)
#define all_completed (left[0] == 0 && left[1] == 0)

/* Engine::runnable() */
#define runnable(c) \
  (direction[c].size > 0 && !direction[c].busy && \
   (is_caller(head(c)) || !direction[c].in_handler) && \
   (direction[c].ready || cancelled[head(c)] || direction[c].shut_down))

inline push(c, o) {
  assert(!queued[o]);
  direction[c].line[direction[c].size] = o;
  direction[c].size++;
  queued[o] = true;
}

inline push_front(c, o) {
  i = direction[c].size;
  do
  :: i > 0 -> direction[c].line[i] = direction[c].line[i - 1]; i--
  :: else -> break
  od;
  i = 0;
  direction[c].line[0] = o;
  direction[c].size++;
  queued[o] = true;
}

inline remove(c, o) {
  assert(queued[o]);
  i = 0;
  do
  :: direction[c].line[i] != o -> i++
  :: else -> break
  od;
  direction[c].size--;
  do
  :: i < direction[c].size -> direction[c].line[i] = direction[c].line[i + 1]; i++
  :: else -> break
  od;
  direction[c].line[i] = 0; /* the same state whatever was there */
  i = 0;
  queued[o] = false;
}

inline notify(o) {
  if
  :: waits[o] -> notified[o] = true
  :: else
  fi
}

inline server_wake_notify_one() {
  if
  :: server_wake_waits > 0 -> server_wake_waits--; server_wake_notified++
  :: else
  fi
}

inline server_wake_notify_all() {
  server_wake_notified = server_wake_notified + server_wake_waits;
  server_wake_waits = 0
}

/* scheduling.cpp */
inline wake_kernel() {
  if
  :: !wake_pending -> wake_pending = true; waker = true
  :: else
  fi
}

inline nudge() {
  if
  :: closed && servers_idle > 0 -> wake_kernel()
  :: else
  fi;
  if
  :: ready_size <= (server_dispatching -> 1 : 0)
  :: else ->
    if
    :: PLANTED != nudge_too_few && servers_idle > 0 -> wake_kernel()
    :: else ->
      if
      :: servers_in_kernel > 0
      :: else ->
        if
        :: servers_asleep > 0 -> server_wake_notify_one()
        :: else
        fi
      fi
    fi
  fi
}

inline hand_over() {
  if
  :: turner != nobody || servers_in_kernel > 0
  :: else ->
    if
    :: servers_asleep > 0 -> server_wake_notify_one()
    :: else ->
      if
      :: sleepers_size > 0 -> notify(sleepers[0])
      :: else
      fi
    fi
  fi
}

inline schedule(c) {
  if
  :: !runnable(c)
  :: else ->
    if
    :: !is_caller(head(c)) -> direction[c].is_listed = true; nudge()
    :: else ->
      if
      :: head(c) != turner -> notify(head(c))
      :: else ->
        if
        :: PLANTED != turner_not_woken -> wake_kernel()
        :: else
        fi
      fi
    fi
  fi
}

inline dispatch() { /* of what fetch() left in `event_0` and `event_1` */
  if
  :: event_0 && direction[0].registered ->
    direction[0].ready = true; direction[0].fresh = true; schedule(0)
  :: else
  fi;
  if
  :: event_1 && direction[1].registered ->
    direction[1].ready = true; direction[1].fresh = true; schedule(1)
  :: else
  fi;
  event_0 = false; event_1 = false
}

/* attempt.cpp */
inline finish(c, o) {
  remove(c, o);
  assert(left[c] > 0);
  left[c]--;
  if
  :: !is_caller(o) ->
    async_pending--;
    cancelled[o] = false;
    if
    :: closed && async_pending == 0 -> server_wake_notify_all()
    :: else
    fi
  :: else
  fi;
  schedule(c)
}

inline begin_call(c) {
  direction[c].busy = true;
  direction[c].fresh = false
}

/* read(2), without the lock. */
inline call(c) {
  got = holds[c];
  holds[c] = false;
  owed[c] = false
}

/* Sets `found` if the operation is finished. */
inline settle_read(c, o) {
  direction[c].busy = false;
  found = true;
  if
  :: got ->
    if /* what was there may have filled the buffer */
    :: direction[c].ready = true
    :: direction[c].ready = direction[c].fresh
    fi;
    finish(c, o)
  :: else ->
    direction[c].ready = (PLANTED == event_forgotten -> false : direction[c].fresh);
    if
    :: direction[c].shut_down && !direction[c].fresh -> assert(!owed[c]); finish(c, o)
    :: else -> found = false
    fi
  fi;
  got = false
}

/* registrations.cpp */
inline unregister(c) {
  direction[c].registered = false;
  edge[c] = false
}

inline let_callers_first(c) {
  if
  :: queued[asynchronous(c)] -> remove(c, asynchronous(c)); push(c, asynchronous(c))
  :: else
  fi
}

inline mark_shut_down(c) {
  let_callers_first(c);
  direction[c].shut_down = true;
  owed[c] = holds[c];
  direction[c].fresh = (PLANTED == shut_down_not_fresh -> direction[c].fresh : true);
  schedule(c)
}

inline shutdown(c) {
  if
  :: !direction[c].shut_down -> unregister(c); mark_shut_down(c)
  :: else
  fi
}

inline close_poller() {
  closed = true;
  shutdown(0);
  shutdown(1);
  server_wake_notify_all();
  nudge()
}

/* asynchronous.cpp */
inline enqueue(c, o) {
  push(c, o);
  async_pending++;
  schedule(c)
}

inline cancel(c) {
  if
  :: queued[asynchronous(c)] ->
    cancelled[asynchronous(c)] = true;
    remove(c, asynchronous(c));
    push_front(c, asynchronous(c));
    schedule(c)
  :: else
  fi
}

/* Of a thread in the kernel's wait, without the lock. */
inline fetch() {
  event_0 = edge[0]; edge[0] = false;
  event_1 = edge[1]; edge[1] = false;
  woken = waker; waker = false
}

inline fetched() {
  if
  :: woken -> wake_pending = false; woken = false
  :: else
  fi
}

inline sleepers_remove(o) {
  i = 0;
  do
  :: sleepers[i] != o -> i++
  :: else -> break
  od;
  sleepers_size--;
  do
  :: i < sleepers_size -> sleepers[i] = sleepers[i + 1]; i++
  :: else -> break
  od;
  sleepers[i] = 0;
  i = 0
}

mtype = { calling, called, in_kernel, from_kernel, sleeping, handling, started, over };

/* blocking.cpp, run_blocked(): one turn of its loop, up to where it lets go of the lock. */
inline run_blocked() {
  if
  :: !queued[me] -> at = over
  :: else ->
    if
    :: head(mine) == me && runnable(mine) -> begin_call(mine); at = calling
    :: else ->
      if
      :: late && head(mine) == me && !direction[mine].busy && !looked_at_last ->
        looked_at_last = true; direction[mine].ready = true;
        begin_call(mine); at = calling
      :: late && !(head(mine) == me && !direction[mine].busy && !looked_at_last) ->
        remove(mine, me); left[mine]--; schedule(mine); at = over
      :: !late ->
        if
        :: turner == nobody && servers_in_kernel == 0 -> turner = me; at = in_kernel
        :: else ->
          sleepers[sleepers_size] = me; sleepers_size++;
          waits[me] = true; at = sleeping
        fi
      fi
    fi
  fi;
  if
  :: at == over ->
    if
    :: PLANTED != no_hand_over -> hand_over()
    :: else
    fi
  :: else
  fi
}

proctype Caller(byte me) {
  byte mine = console_of(me);
  mtype at;
  bool event_0, event_1, woken, got, late, looked_at_last;
  do
  :: rounds[me] < ROUNDS ->
    atomic {
      rounds[me]++; late = false; looked_at_last = false;
      push(mine, me);
      if
      :: direction[mine].shut_down -> let_callers_first(mine)
      :: else
      fi;
      run_blocked()
    }
    do
    :: at == calling -> atomic { call(mine); at = called }
    :: at == called ->
      atomic {
        settle_read(mine, me);
        if
        :: !found && head(mine) != me -> schedule(mine)
        :: else
        fi;
        found = false;
        run_blocked()
      }
    :: at == in_kernel ->
      if
      :: atomic { event_is_there -> fetch(); at = from_kernel }
      :: atomic { CALLER_TIMES_OUT && me == 0 && !late -> late = true; at = from_kernel }
      fi
    :: at == from_kernel -> atomic { fetched(); turner = nobody; dispatch(); run_blocked() }
    :: at == sleeping ->
      if
      :: atomic {
          notified[me] -> notified[me] = false; waits[me] = false;
          sleepers_remove(me); run_blocked()
        }
      :: atomic {
          CALLER_TIMES_OUT && me == 0 && !late && !notified[me] -> late = true;
          waits[me] = false; sleepers_remove(me); run_blocked()
        }
      fi
    :: at == over -> break
    od
  :: else -> break
  od
}

/* serving.cpp, serve_turn() from where await_work() is done. */
inline begin_turn() {
  if
  :: ready_size > 0 ->
    hand_over();
    budget = ready_size
  :: else
  fi
}

/* wait() and serve_turn(), up to where they let go of the lock. */
inline serve() {
  do
  :: budget > 0 && ready_size > 0 ->
    budget--;
    if
    :: direction[0].is_listed -> c = 0
    :: direction[1].is_listed -> c = 1
    fi;
    direction[c].is_listed = false;
    if
    :: !runnable(c) -> schedule(c)
    :: runnable(c) && is_caller(head(c)) -> schedule(c)
    :: runnable(c) && !is_caller(head(c)) ->
      if
      :: cancelled[asynchronous(c)] ->
        finish(c, asynchronous(c)); direction[c].in_handler = true; at = handling
      :: else -> begin_call(c); at = calling
      fi;
      break
    fi
  :: else ->
    budget = 0; c = 0;
    if
    :: closed && async_pending == 0 -> hand_over(); nudge(); at = over; break
    :: !(closed && async_pending == 0) && (closed || turner != nobody) ->
      if
      :: ready_size > 0 -> begin_turn()
      :: else -> servers_asleep++; server_wake_waits++; at = sleeping; break
      fi
    :: !closed && turner == nobody ->
      idle = (ready_size == 0);
      servers_in_kernel++;
      servers_idle = servers_idle + idle;
      at = in_kernel;
      break
    fi
  od
}

inline handler_is_over() {
  direction[c].in_handler = false;
  schedule(c);
  serve()
}

proctype Server() {
  mtype at;
  byte c, budget;
  bool event_0, event_1, woken, got, idle;
  atomic { serve() }
  do
  :: at == in_kernel -> atomic { event_is_there || !idle -> fetch(); at = from_kernel }
  :: at == from_kernel ->
    atomic {
      fetched();
      servers_in_kernel--;
      servers_idle = servers_idle - idle;
      idle = false;
      server_dispatching = true;
      dispatch();
      nudge();
      server_dispatching = false;
      begin_turn();
      serve()
    }
  :: at == sleeping ->
    atomic {
      server_wake_notified > 0 -> server_wake_notified--; servers_asleep--;
      begin_turn();
      serve()
    }
  :: at == calling -> atomic { call(c); at = called }
  :: at == called ->
    atomic {
      settle_read(c, asynchronous(c));
      if
      :: found -> found = false; direction[c].in_handler = true; at = handling
      :: else -> schedule(c); serve()
      fi
    }
  :: at == handling ->
    atomic {
      if
      :: rounds[asynchronous(c)] < ROUNDS ->
        rounds[asynchronous(c)]++; enqueue(c, asynchronous(c)); at = started
      :: else -> handler_is_over()
      fi
    }
  :: at == started -> atomic { handler_is_over() }
  :: at == over -> break
  od
}

/* The far ends, which write while somebody is to read. */
active proctype FarEnds() {
end:
  do
  :: atomic { left[0] > 0 && !holds[0] -> holds[0] = true; edge[0] = direction[0].registered }
  :: atomic { left[1] > 0 && !holds[1] -> holds[1] = true; edge[1] = direction[1].registered }
  od
}

active proctype Owner() {
  atomic {
    i = 0;
    do
    :: i < CALLERS -> left[console_of(i)] = left[console_of(i)] + ROUNDS; i++
    :: else -> break
    od;
    if
    :: SERVERS > 0 ->
      left[0] = left[0] + ROUNDS; rounds[asynchronous(0)] = 1; enqueue(0, asynchronous(0));
      left[1] = left[1] + ROUNDS; rounds[asynchronous(1)] = 1; enqueue(1, asynchronous(1))
    :: else
    fi;
#if CALLERS > 0
    run Caller(0);
#endif
#if CALLERS > 1
    run Caller(1);
#endif
#if CALLERS > 2
    run Caller(2);
#endif
#if SERVERS > 0
    run Server();
#endif
#if SERVERS > 1
    run Server();
#endif
#if SERVERS > 2
    run Server();
#endif
  }
  if
  :: atomic { true -> shutdown(0) }
  :: atomic { true -> cancel(0) }
  :: atomic { true -> close_poller() }
  :: true
  fi;
  atomic {
    all_completed ->
    if
    :: !closed -> close_poller()
    :: else
    fi
  }
}
