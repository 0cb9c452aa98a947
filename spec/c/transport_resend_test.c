/*
 * transport.c: libcurl sends a request again by itself, a POST too, when a
 * kept connection closes without an answer. The server may have applied the
 * first one, so each exchange goes out once.
 */
#include "exchange.h"

/* A connection is kept; the request that comes on it is read to its end, and
   the connection closed without a byte. */
static void test_closed_without_answer(const char *method, const char *body)
{
  struct bench bench;
  struct sent sent;
  char line[32];

  snprintf(line, sizeof(line), "%s /close", method);
  bench_init(&bench);
  get(&bench, "/first");
  begin(&bench, &sent, method, "/close", body);
  finish(&bench, &sent);
  check_failed(&sent, CLN_NETWORK, true, line);
  CHECK_ABOUT(sent.exchange->stale_connection, line);
  CHECK_ABOUT(!sent.exchange->permanent, line);
  CHECK_NUMBER(sent.exchange->response.http_status, 0, line);
  let_go(&sent);

  /* What the conductor does next, for a class that allows it. */
  get(&bench, "/last-but-one");
  bench.options.fresh_connection = true;
  get(&bench, "/on-a-fresh-one");
  CHECK_NUMBER(peer_seen(bench.peer, line), 1, line);
  CHECK_NUMBER(counts_of(&bench).requests, 4, line);
  bench_free(&bench);
}

/* The same with several kept connections, all dead, and several exchanges at
   once. */
static void test_all_dead_at_once(void)
{
  enum { AT_ONCE = 6 };
  struct sent sent[AT_ONCE];
  struct bench bench;
  int i, stale = 0;

  bench_init(&bench);
  for (i = 0; i < AT_ONCE; i++)
    begin(&bench, &sent[i], "GET", "/slow/100", NULL);
  for (i = 0; i < AT_ONCE; i++) {
    finish(&bench, &sent[i]);
    let_go(&sent[i]);
  }
  for (i = 0; i < AT_ONCE; i++)
    begin(&bench, &sent[i], "POST", "/close", "{}");
  for (i = 0; i < AT_ONCE; i++) {
    finish(&bench, &sent[i]);
    check_failed(&sent[i], CLN_NETWORK, true, "one of many");
    stale += sent[i].exchange->stale_connection ? 1 : 0;
    let_go(&sent[i]);
  }
  CHECK_ABOUT(stale > 0, "kept connections were used");
  CHECK_NUMBER(peer_seen(bench.peer, "POST /close"), AT_ONCE, "one each");
  CHECK_NUMBER(counts_of(&bench).requests, 2 * AT_ONCE, "nothing else");
  bench_free(&bench);
}

/* The server hung up while the connection lay idle: libcurl sees that before
   it writes, and takes a new one. No failure. */
static void test_closed_while_idle(void)
{
  struct bench bench;
  struct sent sent;

  bench_init(&bench);
  begin(&bench, &sent, "GET", "/last", NULL);
  finish(&bench, &sent);
  check_body(&sent, 200, "/last");
  let_go(&sent);
  begin(&bench, &sent, "POST", "/again", "{}");
  finish(&bench, &sent);
  check_body(&sent, 200, "/again");
  let_go(&sent);
  CHECK_NUMBER(counts_of(&bench).connections, 2, "connections");
  bench_free(&bench);
}

/* An answer had begun: no stale connection, and no second request either. */
static void test_cut_on_kept_connection(void)
{
  struct bench bench;
  struct sent sent;

  bench_init(&bench);
  get(&bench, "/first");
  begin(&bench, &sent, "POST", "/cut", "{}");
  finish(&bench, &sent);
  check_failed(&sent, CLN_NETWORK, true, "cut");
  CHECK(!sent.exchange->stale_connection);
  CHECK_NUMBER(sent.exchange->response.http_status, 200, "its status");
  let_go(&sent);
  CHECK_NUMBER(peer_seen(bench.peer, "POST /cut"), 1, "once");
  CHECK_NUMBER(counts_of(&bench).connections, 1, "connections");
  bench_free(&bench);
}

/* On a new connection libcurl does not try again; nor is it a stale one. */
static void test_closed_on_new_connection(void)
{
  struct bench bench;
  struct sent sent;

  bench_init(&bench);
  begin(&bench, &sent, "POST", "/close", "{}");
  finish(&bench, &sent);
  check_failed(&sent, CLN_NETWORK, true, "a new connection");
  CHECK(!sent.exchange->stale_connection);
  let_go(&sent);
  CHECK_NUMBER(counts_of(&bench).requests, 1, "once");
  bench_free(&bench);
}

static void test_fresh_connection(void)
{
  struct bench bench;

  bench_init(&bench);
  get(&bench, "/one");
  get(&bench, "/two");
  CHECK_NUMBER(counts_of(&bench).connections, 1, "kept");
  bench.options.fresh_connection = true;
  get(&bench, "/three");
  CHECK_NUMBER(counts_of(&bench).connections, 2, "fresh");
  bench.options.fresh_connection = false;
  get(&bench, "/four");
  CHECK_NUMBER(counts_of(&bench).connections, 2, "kept again");
  CHECK_NUMBER((long long)stats_of(&bench).opened, 2, "opened");
  CHECK_NUMBER((long long)stats_of(&bench).reused, 2, "reused");
  bench_free(&bench);
}

/* An exchange let go of before its answer: the connection is not used again,
   or the next caller would read that answer. */
static void test_abandoned(const char *path)
{
  struct bench bench;
  struct sent sent;

  bench_init(&bench);
  get(&bench, "/first");
  begin(&bench, &sent, "GET", path, NULL);
  await_requests(&bench, 2);
  if (strcmp(path, "/stall") == 0)
    cln_transport_drive(bench.transport, NULL, 50);
  CHECK(!sent.exchange->done);
  let_go(&sent);
  get(&bench, "/mine");
  get(&bench, "/mine-too");
  CHECK_NUMBER(counts_of(&bench).connections, 2, "a new connection");
  CHECK_NUMBER((long long)stats_of(&bench).active, 0, "active");
  bench_free(&bench);
}

/* Let go of before anything was driven: nothing is sent. */
static void test_never_driven(void)
{
  struct bench bench;
  struct sent sent;

  bench_init(&bench);
  begin(&bench, &sent, "POST", "/unsent", "{}");
  CHECK(!sent.exchange->done);
  CHECK_NUMBER((long long)stats_of(&bench).active, 1, "active");
  let_go(&sent);
  get(&bench, "/sent");
  CHECK_NUMBER(counts_of(&bench).requests, 1, "one request");
  bench_free(&bench);
}

int main(void)
{
  test_closed_without_answer("POST", "{\"a\":1}");
  test_closed_without_answer("POST", NULL);
  test_closed_without_answer("PATCH", "{\"a\":1}");
  test_closed_without_answer("PATCH", NULL);
  test_closed_without_answer("PUT", "{}");
  test_closed_without_answer("DELETE", NULL);
  test_closed_without_answer("GET", NULL);
  test_closed_without_answer("HEAD", NULL);
  test_all_dead_at_once();
  test_closed_while_idle();
  test_cut_on_kept_connection();
  test_closed_on_new_connection();
  test_fresh_connection();
  test_abandoned("/never");
  test_abandoned("/slow/200");
  test_abandoned("/stall");
  test_never_driven();
  return test_end();
}
