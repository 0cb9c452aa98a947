/* transport.c: many exchanges at once, and the end of a transport. */
#include "exchange.h"

#define MANY 200

/* 200 at once over at most 8 connections: all are answered, each with its
   own answer. */
static void test_many(void)
{
  static struct sent sent[MANY];
  struct cln_transport_stats stats;
  struct peer_counts counts;
  struct bench bench;
  char path[32];
  int i;

  bench_init(&bench);
  for (i = 0; i < MANY; i++) {
    snprintf(path, sizeof(path), i % 3 ? "/%d" : "/slow/%d", i);
    begin(&bench, &sent[i], i % 2 ? "POST" : "GET", path, i % 2 ? "{}" : NULL);
  }
  CHECK_NUMBER((long long)stats_of(&bench).active, MANY, "active");
  for (i = MANY - 1; i >= 0; i--) {
    finish(&bench, &sent[i]);
    snprintf(path, sizeof(path), i % 3 ? "/%d" : "/slow/%d", i);
    check_body(&sent[i], 200, path);
    let_go(&sent[i]);
  }
  counts = counts_of(&bench);
  CHECK_ABOUT(counts.open_most <= 8, "at most 8 at a time");
  CHECK_ABOUT(counts.connections <= 8, "and they are kept");
  CHECK_NUMBER(counts.requests, MANY, "requests");
  stats = stats_of(&bench);
  CHECK_NUMBER((long long)(stats.opened + stats.reused), MANY, "counted");
  CHECK_NUMBER((long long)stats.active, 0, "active");
  bench_free(&bench);
}

/* Driven without a certain one in mind. */
static void test_any(void)
{
  static struct sent sent[MANY];
  struct bench bench;
  long long until_ms = cln_now_ms() + 10000;
  int i, done = 0;

  bench_init(&bench);
  for (i = 0; i < MANY; i++)
    begin(&bench, &sent[i], "GET", "/x", NULL);
  while (done < MANY && cln_now_ms() < until_ms) {
    cln_transport_drive(bench.transport, NULL, 500);
    done = 0;
    for (i = 0; i < MANY; i++)
      done += sent[i].exchange->done ? 1 : 0;
  }
  CHECK_NUMBER(done, MANY, "all done");
  for (i = 0; i < MANY; i++) {
    check_body(&sent[i], 200, "/x");
    let_go(&sent[i]);
  }
  bench_free(&bench);
}

/* One of many is let go of in the middle, again and again. */
static void test_let_go_of_some(void)
{
  static struct sent sent[MANY];
  struct bench bench;
  char path[32];
  int i;

  bench_init(&bench);
  for (i = 0; i < MANY; i++) {
    snprintf(path, sizeof(path), "/slow/%d", i % 20);
    begin(&bench, &sent[i], "GET", path, NULL);
  }
  for (i = 0; i < MANY; i++) {
    if (i % 2) {
      let_go(&sent[i]);
      continue;
    }
    finish(&bench, &sent[i]);
    snprintf(path, sizeof(path), "/slow/%d", i % 20);
    check_body(&sent[i], 200, path);
    let_go(&sent[i]);
  }
  CHECK_NUMBER((long long)stats_of(&bench).active, 0, "active");
  get(&bench, "/after");
  bench_free(&bench);
}

/* The transport goes first: what runs is cancelled, and can still be read
   and let go of, in any order. */
static void test_free_first(void)
{
  struct bench bench;
  struct sent done, unsent, running;
  struct cln_exchange *timer = NULL;

  bench_init(&bench);
  begin(&bench, &done, "GET", "/done", NULL);
  finish(&bench, &done);
  begin(&bench, &running, "POST", "/never", "{}");
  await_requests(&bench, 2);
  begin(&bench, &unsent, "POST", "/unsent", "{}");
  CHECK(cln_transport_timer(bench.transport, 60000, &timer) == CLN_OK);
  cln_transport_free(bench.transport);
  bench.transport = NULL;

  check_body(&done, 200, "/done");
  CHECK(running.exchange->done && unsent.exchange->done && timer->done);
  check_failed(&running, CLN_CANCELLED, true, "running");
  check_failed(&unsent, CLN_CANCELLED, false, "not yet sent");
  CHECK(timer->status == CLN_CANCELLED);
  let_go(&running);
  cln_exchange_release(timer);
  let_go(&done);
  let_go(&unsent);
  cln_transport_free(NULL);
  peer_stop(bench.peer);
}

/* An exchange that outlives its transport, beside another transport. */
static void test_two_transports(void)
{
  struct bench one, two;
  struct sent sent;

  bench_init(&one);
  bench_init(&two);
  begin(&one, &sent, "GET", "/one", NULL);
  finish(&one, &sent);
  get(&two, "/two");
  bench_free(&one);
  check_body(&sent, 200, "/one");
  let_go(&sent);
  get(&two, "/two-again");
  bench_free(&two);
}

int main(void)
{
  test_many();
  test_any();
  test_let_go_of_some();
  test_free_first();
  test_two_transports();
  return test_end();
}
