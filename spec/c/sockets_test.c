/* sockets.c and sigpipe.c: descriptors that no child inherits, and a write
   to a dead peer that the host program does not feel. */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../src/sigpipe.h"
#include "../../src/sockets.h"
#include "test.h"

static bool is_open(int fd)
{
  return fcntl(fd, F_GETFD) >= 0;
}

static int open_one(struct cln_sockets *sockets)
{
  return cln_sockets_open(sockets, AF_INET, SOCK_STREAM, 0);
}

static void test_open_and_close(void)
{
  struct cln_sockets sockets = {NULL, 0, 0};
  int a = open_one(&sockets);
  int b = open_one(&sockets);
  int c = open_one(&sockets);

  CHECK(a >= 0 && b >= 0 && c >= 0);
  CHECK_NUMBER(sockets.count, 3, "three are known");
  CHECK_ABOUT((fcntl(a, F_GETFD) & FD_CLOEXEC) != 0, "close-on-exec");
  CHECK_ABOUT((fcntl(c, F_GETFD) & FD_CLOEXEC) != 0, "close-on-exec");
  CHECK(cln_sockets_close(&sockets, a) == 0);
  CHECK(!is_open(a) && is_open(b) && is_open(c));
  CHECK_NUMBER(sockets.count, 2, "one is forgotten");
  CHECK_ABOUT(cln_sockets_close(&sockets, a) == -1, "not open any more");
  CHECK_NUMBER(sockets.count, 2, "nothing else is forgotten");
  cln_sockets_close_all(&sockets);
  CHECK(!is_open(b) && !is_open(c));
  CHECK(sockets.list == NULL && sockets.count == 0 && sockets.cap == 0);
  cln_sockets_close_all(&sockets);
}

static void test_many(void)
{
  enum { MANY = 100 };
  struct cln_sockets sockets = {NULL, 0, 0};
  int fds[MANY];
  int i, open = 0;

  for (i = 0; i < MANY; i++)
    fds[i] = open_one(&sockets);
  CHECK_NUMBER(sockets.count, MANY, "a growing list");
  for (i = 0; i < MANY; i += 2)
    cln_sockets_close(&sockets, fds[i]);
  CHECK_NUMBER(sockets.count, MANY / 2, "half of them closed");
  for (i = 0; i < MANY; i++)
    open += is_open(fds[i]) ? 1 : 0;
  CHECK_NUMBER(open, MANY / 2, "the other half open");
  cln_sockets_close_all(&sockets);
  for (i = 0; i < MANY; i++)
    CHECK(!is_open(fds[i]));
}

static void test_none(void)
{
  struct cln_sockets sockets = {NULL, 0, 0};

  CHECK(cln_sockets_open(&sockets, -1, SOCK_STREAM, 0) == -1);
  CHECK(sockets.count == 0 && sockets.list == NULL);
  cln_sockets_free(&sockets);
}

/* The list alone is freed: the sockets are libcurl's. */
static void test_free(void)
{
  struct cln_sockets sockets = {NULL, 0, 0};
  int fd = open_one(&sockets);

  cln_sockets_free(&sockets);
  CHECK(is_open(fd) && sockets.list == NULL && sockets.count == 0);
  close(fd);
}

/* ---- SIGPIPE ------------------------------------------------------------ */

static bool is_pending(void)
{
  sigset_t pending;

  sigpending(&pending);
  return sigismember(&pending, SIGPIPE) == 1;
}

static bool is_blocked(int signal_number)
{
  sigset_t mask;

  pthread_sigmask(SIG_SETMASK, NULL, &mask);
  return sigismember(&mask, signal_number) == 1;
}

static void write_to_dead_peer(void)
{
  int ends[2];

  if (!CHECK(pipe(ends) == 0))
    return;
  close(ends[0]);
  CHECK(write(ends[1], "x", 1) == -1);
  close(ends[1]);
}

/* SIGPIPE would end this program here. */
static void test_swallowed(void)
{
  struct cln_sigpipe hold;

  CHECK(!is_blocked(SIGPIPE));
  cln_sigpipe_hold(&hold);
  CHECK(is_blocked(SIGPIPE) && !is_blocked(SIGTERM));
  write_to_dead_peer();
  write_to_dead_peer();
  CHECK(is_pending());
  cln_sigpipe_restore(&hold);
  CHECK(!is_pending() && !is_blocked(SIGPIPE));
}

static void test_nothing_came(void)
{
  struct cln_sigpipe hold;

  cln_sigpipe_hold(&hold);
  cln_sigpipe_restore(&hold);
  CHECK(!is_pending() && !is_blocked(SIGPIPE));
}

static void block(int how, int signal_number)
{
  sigset_t set;

  sigemptyset(&set);
  sigaddset(&set, signal_number);
  pthread_sigmask(how, &set, NULL);
}

/* A host that blocks SIGPIPE and has one waiting finds both as before. */
static void test_host_has_one_waiting(void)
{
  struct cln_sigpipe hold;
  sigset_t set;
  int caught = 0;

  block(SIG_BLOCK, SIGPIPE);
  block(SIG_BLOCK, SIGUSR1);
  write_to_dead_peer();
  CHECK(is_pending());
  cln_sigpipe_hold(&hold);
  write_to_dead_peer();
  cln_sigpipe_restore(&hold);
  CHECK(is_pending() && is_blocked(SIGPIPE) && is_blocked(SIGUSR1));

  sigemptyset(&set);
  sigaddset(&set, SIGPIPE);
  CHECK(sigwait(&set, &caught) == 0 && caught == SIGPIPE);
  CHECK_ABOUT(!is_pending(), "one, not two");

  /* Blocked, with none waiting: none is left there. */
  cln_sigpipe_hold(&hold);
  write_to_dead_peer();
  cln_sigpipe_restore(&hold);
  CHECK(!is_pending() && is_blocked(SIGPIPE));
  block(SIG_UNBLOCK, SIGPIPE);
  block(SIG_UNBLOCK, SIGUSR1);
}

/* A host that ignores it (nginx): while blocked it is pending all the same,
   or not, as the system likes; afterwards it is not. */
static void test_host_ignores_it(void)
{
  struct cln_sigpipe hold;
  void (*before)(int) = signal(SIGPIPE, SIG_IGN);

  cln_sigpipe_hold(&hold);
  write_to_dead_peer();
  cln_sigpipe_restore(&hold);
  CHECK(!is_pending() && !is_blocked(SIGPIPE));
  CHECK(signal(SIGPIPE, before) == SIG_IGN);
}

int main(void)
{
  test_open_and_close();
  test_many();
  test_none();
  test_free();
  test_swallowed();
  test_nothing_came();
  test_host_has_one_waiting();
  test_host_ignores_it();
  return test_end();
}
