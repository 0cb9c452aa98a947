/* transport.c: time-outs, timers, slices and the wake-up from a thread. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include "exchange.h"

static long long since(long long ms)
{
  return cln_now_ms() - ms;
}

/* ---- time-outs ---------------------------------------------------------- */

static void test_total(void)
{
  static const char *const paths[] = {"/never", "/stall", "/drip/100"};
  struct bench bench;
  size_t i;

  bench_init(&bench);
  bench.options.timeout_ms = 400;
  for (i = 0; i < 3; i++) {
    struct sent sent;
    long long begin_ms = cln_now_ms();

    begin(&bench, &sent, "POST", paths[i], "{}");
    finish(&bench, &sent);
    check_failed(&sent, CLN_TIMEOUT, true, paths[i]);
    CHECK_ABOUT(!sent.exchange->stale_connection && !sent.exchange->permanent,
                paths[i]);
    CHECK_ABOUT(since(begin_ms) >= 390 && since(begin_ms) < 3000, paths[i]);
    let_go(&sent);
  }
  get(&bench, "/after");
  CHECK_NUMBER(counts_of(&bench).connections, 4, "none is used again");
  bench_free(&bench);
}

/* No byte for idle_ms: libcurl measures over some 5 s, so that bytes which
   came before put it off by as much. Slow is not idle. */
static void test_idle(void)
{
  struct bench bench;
  struct sent never, stall, drip;
  long long begin_ms = cln_now_ms();

  bench_init(&bench);
  bench.options.timeout_ms = 20000;
  bench.options.idle_ms = 1000;
  begin(&bench, &never, "GET", "/never", NULL);
  begin(&bench, &stall, "GET", "/stall", NULL);
  begin(&bench, &drip, "GET", "/drip/9", NULL);
  finish(&bench, &never);
  CHECK(since(begin_ms) >= 900 && since(begin_ms) < 5000);
  check_failed(&never, CLN_TIMEOUT, true, "no answer");
  finish(&bench, &drip);
  check_body(&drip, 200, "ddddddddd");
  finish(&bench, &stall);
  CHECK(since(begin_ms) < 15000);
  check_failed(&stall, CLN_TIMEOUT, true, "half an answer");
  let_go(&never);
  let_go(&stall);
  let_go(&drip);
  bench_free(&bench);
}

/* A listener that accepts nobody, its backlog full: a connection to it hangs,
   as to a host that is not there. */
#define FILLERS 8

static bool fill_backlog(int fds[FILLERS + 1], int *port)
{
  struct sockaddr_in address;
  socklen_t len = sizeof(address);
  int i;

  memset(&address, 0, sizeof(address));
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  fds[FILLERS] = socket(AF_INET, SOCK_STREAM, 0);
  if (bind(fds[FILLERS], (struct sockaddr *)&address, len) != 0 ||
      listen(fds[FILLERS], 0) != 0 ||
      getsockname(fds[FILLERS], (struct sockaddr *)&address, &len) != 0)
    return false;
  *port = ntohs(address.sin_port);
  for (i = 0; i < FILLERS; i++) {
    fds[i] = socket(AF_INET, SOCK_STREAM, 0);
    fcntl(fds[i], F_SETFL, O_NONBLOCK);
    connect(fds[i], (struct sockaddr *)&address, len);
  }
  sleep_ms(50);
  for (i = 0; i < FILLERS; i++) {
    struct pollfd hangs = {0, POLLOUT, 0};
    hangs.fd = fds[i];
    if (poll(&hangs, 1, 0) == 0)
      return true;
  }
  return false;
}

static void test_connect(void)
{
  int fds[FILLERS + 1];
  struct bench bench;
  struct sent sent;
  int port = 0;
  int i;

  bench_init(&bench);
  if (fill_backlog(fds, &port)) {
    long long begin_ms = cln_now_ms();
    bench.options.connect_ms = 300;
    begin_to(&bench, &sent, port, "POST", "/", "{}", 2);
    finish(&bench, &sent);
    check_failed(&sent, CLN_TIMEOUT, false, "no connection");
    CHECK(since(begin_ms) >= 290 && since(begin_ms) < 3000);
    let_go(&sent);
  } else {
    test_skip("this system's listen backlog cannot be filled");
  }
  for (i = 0; i <= FILLERS; i++)
    close(fds[i]);
  bench_free(&bench);
}

/* ---- timers ------------------------------------------------------------- */

static struct cln_exchange *timer(struct bench *bench, long long delay_ms)
{
  struct cln_exchange *made = NULL;

  CHECK(cln_transport_timer(bench->transport, delay_ms, &made) == CLN_OK);
  CHECK(made != NULL && !made->done);
  return made;
}

static void drive_until(struct bench *bench, const struct cln_exchange *until)
{
  long long limit_ms = cln_now_ms() + 10000;

  while (!cln_transport_drive(bench->transport, until, 500))
    if (cln_now_ms() > limit_ms)
      break;
  CHECK(until->done && until->status == CLN_OK);
}

static void test_timers_in_order(void)
{
  static const int delays[] = {300, 100, 200, 0, 100};
  static const int order[] = {3, 1, 4, 2, 0};
  struct cln_exchange *timers[5];
  struct bench bench;
  long long begin_ms;
  int i, j;

  bench_init(&bench);
  begin_ms = cln_now_ms();
  for (i = 0; i < 5; i++)
    timers[i] = timer(&bench, delays[i]);
  CHECK_NUMBER((long long)stats_of(&bench).active, 5, "active");
  for (i = 0; i < 5; i++) {
    drive_until(&bench, timers[order[i]]);
    CHECK_ABOUT(since(begin_ms) >= delays[order[i]], "not too early");
    CHECK_ABOUT(since(begin_ms) < delays[order[i]] + 1000, "nor late");
    for (j = i + 1; j < 5; j++)
      if (delays[order[j]] > delays[order[i]] + 50 &&
          since(begin_ms) < delays[order[j]])
        CHECK_ABOUT(!timers[order[j]]->done, "the later ones wait");
  }
  for (i = 0; i < 5; i++)
    cln_exchange_release(timers[i]);
  CHECK_NUMBER((long long)stats_of(&bench).active, 0, "active");
  bench_free(&bench);
}

static void test_released_timers(void)
{
  struct cln_exchange *a, *b, *c;
  struct bench bench;

  bench_init(&bench);
  a = timer(&bench, 50);
  b = timer(&bench, 60000);
  c = timer(&bench, 100);
  cln_exchange_release(b);
  drive_until(&bench, a);
  cln_exchange_release(a);
  drive_until(&bench, c);
  CHECK_NUMBER((long long)stats_of(&bench).active, 0, "active");
  cln_exchange_release(c);
  CHECK(!cln_transport_drive(bench.transport, NULL, 20));
  bench_free(&bench);
}

/* A timer runs out while an exchange is waited for, and the other way. */
static void test_side_by_side(void)
{
  struct bench bench;
  struct cln_exchange *soon, *late;
  struct sent sent;

  bench_init(&bench);
  begin(&bench, &sent, "GET", "/slow/300", NULL);
  soon = timer(&bench, 100);
  late = timer(&bench, 600);
  drive_until(&bench, soon);
  CHECK(!sent.exchange->done && !late->done);
  finish(&bench, &sent);
  check_body(&sent, 200, "/slow/300");
  CHECK(!late->done);
  drive_until(&bench, late);
  cln_exchange_release(late);
  cln_exchange_release(soon);
  let_go(&sent);
  bench_free(&bench);
}

/* ---- how long a drive takes --------------------------------------------- */

static void test_slice(void)
{
  struct bench bench;
  struct sent sent;
  long long begin_ms;
  bool done = true;
  int i;

  bench_init(&bench);
  begin_ms = cln_now_ms();
  CHECK(!cln_transport_drive(bench.transport, NULL, 100));
  CHECK_ABOUT(since(begin_ms) >= 90 && since(begin_ms) < 2000, "idle");

  begin(&bench, &sent, "GET", "/slow/600", NULL);
  begin_ms = cln_now_ms();
  CHECK(!cln_transport_drive(bench.transport, sent.exchange, 100));
  CHECK_ABOUT(since(begin_ms) >= 90 && since(begin_ms) < 550, "waiting");
  CHECK(!cln_transport_drive(bench.transport, sent.exchange, 0));
  finish(&bench, &sent);
  begin_ms = cln_now_ms();
  for (i = 0; i < 1000; i++)
    done = done && cln_transport_drive(bench.transport, sent.exchange, 1000);
  CHECK_ABOUT(done && since(begin_ms) < 500, "done: at once");
  let_go(&sent);
  bench_free(&bench);
}

/* ---- wake-up ------------------------------------------------------------ */

static void *wake_soon(void *argument)
{
  sleep_ms(150);
  cln_transport_wakeup(argument);
  return NULL;
}

/* about: what runs meanwhile. */
static void check_wakeup(struct bench *bench, const char *about)
{
  long long begin_ms = cln_now_ms();
  pthread_t thread;

  if (!CHECK(pthread_create(&thread, NULL, wake_soon, bench->transport) == 0))
    return;
  CHECK_ABOUT(!cln_transport_drive(bench->transport, NULL, 3000), about);
  CHECK_ABOUT(since(begin_ms) >= 100 && since(begin_ms) < 1500, about);
  pthread_join(thread, NULL);
}

static void test_wakeup(void)
{
  struct bench bench;
  struct cln_exchange *later;
  struct sent sent;

  bench_init(&bench);
  check_wakeup(&bench, "nothing runs");
  later = timer(&bench, 60000);
  check_wakeup(&bench, "a timer runs");
  cln_exchange_release(later);
  begin(&bench, &sent, "GET", "/never", NULL);
  await_requests(&bench, 1);
  check_wakeup(&bench, "an exchange runs");
  let_go(&sent);
  bench_free(&bench);
}

int main(void)
{
  test_total();
  test_idle();
  test_connect();
  test_timers_in_order();
  test_released_timers();
  test_side_by_side();
  test_slice();
  test_wakeup();
  return test_end();
}
