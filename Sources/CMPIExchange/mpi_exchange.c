// The exchange of gradients over MPI.
//
// All calls are the non-blocking ones and are tested until they are done: MPI's own waiting takes a
// whole core, does not notice signals, and cannot be given up when a rank is lost.
#define _GNU_SOURCE
#include <mpi.h>
#include <sched.h>
#include <stdio.h>
#include <unistd.h>

#include "zk_exchange.h"

static int (*asked)(void);

// Longest run of bytes in one call, whose counts are ints.
#define LONGEST ((size_t)1 << 30)
#define SPIN_SECONDS 0.002
#define GIVE_UP_SECONDS 0.5

static int wait_for(MPI_Request *request) {
  const double start = MPI_Wtime();
  double stopped = -1;
  for (;;) {
    int is_done = 0;
    const int failure = MPI_Test(request, &is_done, MPI_STATUS_IGNORE);
    if (failure != MPI_SUCCESS) return failure;
    if (is_done) return 0;
    const double now = MPI_Wtime();
    // Short waits are for a message on its way, long ones for a rank that computes.
    if (now - start < SPIN_SECONDS) {
      sched_yield();
    } else {
      usleep(20);
    }
    if (asked && asked()) {
      if (stopped < 0) stopped = now;
      if (now - stopped > GIVE_UP_SECONDS) return ZK_EXCHANGE_STOPPED;
    }
  }
}

static int start(int *rank, int *count, int (*stops)(void)) {
  int level = 0;
  asked = stops;
  const int failure = MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &level);
  if (failure != MPI_SUCCESS) return failure;
  // A rank that is lost is an error of the call, which ends the run in its own way.
  MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
  MPI_Comm_rank(MPI_COMM_WORLD, rank);
  MPI_Comm_size(MPI_COMM_WORLD, count);
  return 0;
}

// Begins one call over `size` bytes, whose other end is `rank`.
typedef int begin_call(char *bytes, int size, int rank, MPI_Request *request);

static int begin_send(char *bytes, int size, int rank, MPI_Request *request) {
  return MPI_Isend(bytes, size, MPI_BYTE, rank, 0, MPI_COMM_WORLD, request);
}

static int begin_receive(char *bytes, int size, int rank, MPI_Request *request) {
  return MPI_Irecv(bytes, size, MPI_BYTE, rank, 0, MPI_COMM_WORLD, request);
}

static int begin_broadcast(char *bytes, int size, int rank, MPI_Request *request) {
  return MPI_Ibcast(bytes, size, MPI_BYTE, rank, MPI_COMM_WORLD, request);
}

static int in_parts(begin_call *begin, char *bytes, size_t size, int rank) {
  for (size_t done = 0; done < size;) {
    const size_t part = size - done < LONGEST ? size - done : LONGEST;
    MPI_Request request;
    int failure = begin(bytes + done, (int)part, rank, &request);
    if (failure == MPI_SUCCESS) failure = wait_for(&request);
    if (failure) return failure;
    done += part;
  }
  return 0;
}

static int send_bytes(const void *bytes, size_t size, int to) {
  // What is sent is not written to.
  return in_parts(begin_send, (char *)bytes, size, to);
}

static int receive_bytes(void *bytes, size_t size, int from) {
  return in_parts(begin_receive, bytes, size, from);
}

static int broadcast(void *bytes, size_t size) {
  return in_parts(begin_broadcast, bytes, size, 0);
}

static int largest(int64_t *numbers, int count) {
  MPI_Request request;
  const int failure = MPI_Iallreduce(MPI_IN_PLACE, numbers, count, MPI_INT64_T, MPI_MAX,
                                     MPI_COMM_WORLD, &request);
  return failure == MPI_SUCCESS ? wait_for(&request) : failure;
}

static void finish(void) { MPI_Finalize(); }

static void give_up(int status) {
  MPI_Abort(MPI_COMM_WORLD, status);
  _exit(status);
}

static void explain(int failure, char *text, size_t size) {
  char found[MPI_MAX_ERROR_STRING] = "";
  int length = 0;
  if (MPI_Error_string(failure, found, &length) != MPI_SUCCESS) length = 0;
  snprintf(text, size, "%.*s", length, length ? found : "");
}

__attribute__((constructor)) static void offer(void) {
  static const zk_exchange exchange = {start,   send_bytes, receive_bytes, broadcast,
                                       largest, finish,     give_up,       explain};
  zk_link_exchange(&exchange);
}
