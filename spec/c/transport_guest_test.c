/*
 * transport.c as a guest in a process: SIGPIPE, descriptors that no other
 * program inherits, and forks.
 *
 * A child that is done becomes true(1): it has handles of libcurl that it
 * must not clean up, which no leak checker should hold against it.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "exchange.h"

#define MOST_FDS 256

/* Our end of a connection to the peer? */
static bool is_to_peer(int fd, int port)
{
  struct sockaddr_in address;
  socklen_t len = sizeof(address);

  memset(&address, 0, sizeof(address));
  return getpeername(fd, (struct sockaddr *)&address, &len) == 0 &&
         address.sin_family == AF_INET && ntohs(address.sin_port) == port;
}

static int count_to_peer(int port)
{
  int count = 0;
  int fd;

  for (fd = 0; fd < MOST_FDS; fd++)
    count += is_to_peer(fd, port) ? 1 : 0;
  return count;
}

/* ---- descriptors -------------------------------------------------------- */

static void test_close_on_exec(void)
{
  struct bench bench;
  struct sent sent;
  int port, fd, open = 0, closing = 0;

  bench_init(&bench);
  port = peer_port(bench.peer);
  get(&bench, "/kept");
  begin(&bench, &sent, "GET", "/never", NULL);
  await_requests(&bench, 2);
  bench.options.fresh_connection = true;
  get(&bench, "/fresh");
  for (fd = 0; fd < MOST_FDS; fd++)
    if (is_to_peer(fd, port)) {
      open++;
      closing += fcntl(fd, F_GETFD) & FD_CLOEXEC ? 1 : 0;
    }
  CHECK_NUMBER(open, 2, "connections");
  CHECK_NUMBER(closing, 2, "close-on-exec");
  let_go(&sent);
  cln_transport_free(bench.transport);
  CHECK_NUMBER(count_to_peer(port), 0, "none is left open");
  peer_stop(bench.peer);
}

static int count_open(void)
{
  int count = 0;
  int fd;

  for (fd = 0; fd < MOST_FDS; fd++)
    count += fcntl(fd, F_GETFD) >= 0 ? 1 : 0;
  return count;
}

/* Opened and freed again and again: no descriptor stays. */
static void test_no_descriptor_stays(void)
{
  struct bench bench;
  int i, before;

  bench_init(&bench);
  get(&bench, "/first");
  cln_transport_free(bench.transport);
  sleep_ms(100); /* the peer closes its own ends */
  before = count_open();
  for (i = 0; i < 20; i++) {
    struct sent sent;

    bench_open(&bench);
    get(&bench, "/x");
    begin(&bench, &sent, "GET", "/never", NULL);
    cln_transport_drive(bench.transport, NULL, 5);
    cln_transport_free(bench.transport);
    let_go(&sent);
  }
  sleep_ms(100);
  CHECK_NUMBER(count_open(), before, "descriptors");
  peer_stop(bench.peer);
}

/* ---- SIGPIPE ------------------------------------------------------------ */

static bool is_blocked(void)
{
  sigset_t mask;

  pthread_sigmask(SIG_SETMASK, NULL, &mask);
  return sigismember(&mask, SIGPIPE) == 1;
}

static bool is_pending(void)
{
  sigset_t pending;

  sigpending(&pending);
  return sigismember(&pending, SIGPIPE) == 1;
}

/* The server hangs up in the middle of a large body. (What OpenSSL writes to
   a dead peer is in sockets_test: a pipe does the same.) */
static void upload_to_reset(struct bench *bench)
{
  static char upload[8000000];
  struct sent sent;

  begin_to(bench, &sent, peer_port(bench->peer), "POST", "/reset", upload,
           sizeof(upload));
  finish(bench, &sent);
  check_failed(&sent, CLN_NETWORK, true, "reset");
  let_go(&sent);
}

static void test_sigpipe(void)
{
  struct sigaction action;
  struct bench bench;
  sigset_t set;
  int caught = 0;

  bench_init(&bench);
  sigaction(SIGPIPE, NULL, &action);
  CHECK_ABOUT(action.sa_handler == SIG_DFL, "SIGPIPE would end this program");
  upload_to_reset(&bench);
  get(&bench, "/after");
  CHECK(!is_blocked() && !is_pending());
  sigaction(SIGPIPE, NULL, &action);
  CHECK(action.sa_handler == SIG_DFL);

  /* One of the host's own waits, blocked: both stay so. */
  sigemptyset(&set);
  sigaddset(&set, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &set, NULL);
  pthread_kill(pthread_self(), SIGPIPE);
  CHECK(is_pending());
  upload_to_reset(&bench);
  CHECK(is_blocked() && is_pending());
  CHECK(sigwait(&set, &caught) == 0 && caught == SIGPIPE);
  CHECK(!is_pending());
  pthread_sigmask(SIG_UNBLOCK, &set, NULL);
  bench_free(&bench);
}

/* ---- forks -------------------------------------------------------------- */

/* Runs play in a child; its letter is what it says before it dies. */
static char in_child(struct bench *bench, struct sent *running,
                     char (*play)(struct bench *, struct sent *))
{
  int ends[2];
  char letter = '?';
  pid_t child;

  if (!CHECK(pipe(ends) == 0))
    return letter;
  child = fork();
  if (child == 0) {
    letter = play(bench, running);
    if (write(ends[1], &letter, 1) != 1)
      letter = '?';
    execlp("true", "true", (char *)NULL);
    _exit(1);
  }
  close(ends[1]);
  CHECK(read(ends[0], &letter, 1) == 1);
  CHECK(waitpid(child, NULL, 0) == child);
  close(ends[0]);
  return letter;
}

/* In the child nothing of the harness is used that prints: y is well. */
static bool child_get(struct bench *bench, const char *path)
{
  struct sent sent;
  bool well;

  begin(bench, &sent, "GET", path, NULL);
  while (!cln_transport_drive(bench->transport, sent.exchange, 500))
    ;
  well = sent.exchange->status == CLN_OK &&
         sent.exchange->response.http_status == 200;
  let_go(&sent);
  return well;
}

static char child_works_afresh(struct bench *bench, struct sent *running)
{
  int port = peer_port(bench->peer);

  (void)running;
  if (count_to_peer(port) != 1)
    return 'i'; /* inherited one */
  if (!child_get(bench, "/child"))
    return 'g';
  if (count_to_peer(port) != 1)
    return 'c'; /* the inherited one is closed, a new one open */
  if (!child_get(bench, "/child-again"))
    return 'a';
  cln_transport_free(bench->transport);
  return count_to_peer(port) == 0 ? 'y' : 'f';
}

static void test_fork(void)
{
  struct bench bench;
  long long bytes;

  bench_init(&bench);
  get(&bench, "/parent");
  bytes = peer_bytes(bench.peer, 0);
  CHECK_NUMBER(in_child(&bench, NULL, child_works_afresh), 'y', "child");
  CHECK_NUMBER(counts_of(&bench).connections, 2, "the child's own");
  CHECK_NUMBER(peer_seen(bench.peer, "GET /child"), 1, "the child's request");
  sleep_ms(50);
  CHECK_NUMBER(peer_bytes(bench.peer, 0), bytes, "no byte on the parent's");
  CHECK(!peer_ended(bench.peer, 0));
  get(&bench, "/parent-again");
  CHECK_NUMBER(counts_of(&bench).connections, 2, "the parent's still stands");
  CHECK(peer_bytes(bench.peer, 0) > bytes);
  bench_free(&bench);
}

/* The child only frees: the parent's exchange, under way, is not cut. */
static char child_frees(struct bench *bench, struct sent *running)
{
  cln_transport_free(bench->transport);
  if (!running->exchange->done || running->exchange->status != CLN_CANCELLED)
    return 'd';
  cln_exchange_release(running->exchange);
  return count_to_peer(peer_port(bench->peer)) == 0 ? 'y' : 'c';
}

/* The child lets go of the parent's exchange first, then works. */
static char child_releases(struct bench *bench, struct sent *running)
{
  cln_exchange_release(running->exchange);
  return child_get(bench, "/child") ? 'y' : 'g';
}

/* The child drives it: it has ended there, and was not sent again. */
static char child_drives(struct bench *bench, struct sent *running)
{
  int tries = 0;

  while (!cln_transport_drive(bench->transport, running->exchange, 100))
    if (++tries == 20)
      return 't';
  if (running->exchange->status != CLN_CANCELLED ||
      !running->exchange->written)
    return 's';
  cln_exchange_release(running->exchange);
  return child_get(bench, "/child") ? 'y' : 'g';
}

/* The child starts one of its own beside it. */
static char child_starts(struct bench *bench, struct sent *running)
{
  if (!child_get(bench, "/child"))
    return 'g';
  if (!running->exchange->done || running->exchange->status != CLN_CANCELLED)
    return 's';
  cln_exchange_release(running->exchange);
  cln_transport_free(bench->transport);
  return 'y';
}

static void test_fork_in_flight(char (*play)(struct bench *, struct sent *),
                                const char *about)
{
  struct bench bench;
  struct sent running;
  long long bytes;

  bench_init(&bench);
  begin(&bench, &running, "POST", "/slow/500", "{}");
  await_requests(&bench, 1);
  bytes = peer_bytes(bench.peer, 0);
  CHECK_NUMBER(in_child(&bench, &running, play), 'y', about);
  CHECK_NUMBER(peer_bytes(bench.peer, 0), bytes, about);
  CHECK_ABOUT(!peer_ended(bench.peer, 0), about);
  finish(&bench, &running);
  check_body(&running, 200, "/slow/500");
  let_go(&running);
  CHECK_NUMBER(peer_seen(bench.peer, "POST /slow/500"), 1, about);
  bench_free(&bench);
}

/* An answer that came before the fork can be read and let go of after it. */
static char child_reads(struct bench *bench, struct sent *done)
{
  const struct cln_buffer *body = &done->exchange->response.body;
  bool same = body->len == 7 && memcmp(body->data, "/before", 7) == 0;

  cln_exchange_release(done->exchange);
  return same && child_get(bench, "/child") && child_get(bench, "/more") ? 'y'
                                                                         : 'n';
}

static void test_fork_after_answer(void)
{
  struct bench bench;
  struct sent done;

  bench_init(&bench);
  begin(&bench, &done, "GET", "/before", NULL);
  finish(&bench, &done);
  CHECK_NUMBER(in_child(&bench, &done, child_reads), 'y', "child");
  check_body(&done, 200, "/before");
  let_go(&done);
  get(&bench, "/parent");
  CHECK_NUMBER(counts_of(&bench).connections, 2, "connections");
  bench_free(&bench);
}

/* A timer of the parent is cancelled in the child, and goes on here. */
static char child_has_no_timer(struct bench *bench, struct sent *timer)
{
  cln_transport_drive(bench->transport, NULL, 0);
  return timer->exchange->done && timer->exchange->status == CLN_CANCELLED
             ? 'y'
             : 'n';
}

static void test_fork_and_timer(void)
{
  struct bench bench;
  struct sent timer;

  bench_init(&bench);
  timer.exchange = NULL;
  CHECK(cln_transport_timer(bench.transport, 300, &timer.exchange) == CLN_OK);
  CHECK_NUMBER(in_child(&bench, &timer, child_has_no_timer), 'y', "child");
  CHECK(cln_transport_drive(bench.transport, timer.exchange, 5000));
  CHECK(timer.exchange->status == CLN_OK);
  cln_exchange_release(timer.exchange);
  bench_free(&bench);
}

int main(void)
{
  test_close_on_exec();
  test_no_descriptor_stays();
  test_sigpipe();
  test_fork();
  test_fork_in_flight(child_frees, "frees");
  test_fork_in_flight(child_releases, "releases");
  test_fork_in_flight(child_drives, "drives");
  test_fork_in_flight(child_starts, "starts");
  test_fork_after_answer();
  test_fork_and_timer();
  return test_end();
}
