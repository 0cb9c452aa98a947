/* transport.c: single exchanges, from the request line to the answer. */
#include "exchange.h"

static void check_line(const char *head, const char *line, bool there)
{
  CHECK_ABOUT((strstr(head, line) != NULL) == there, line);
}

/* Every method in turn on one connection: nothing of one sticks to the
   next. */
static void test_methods(void)
{
  static const struct {
    const char *method;
    const char *body;
    const char *length; /* NULL: none is sent */
  } cases[] = {
      {"GET", NULL, NULL},     {"POST", "{\"a\":1}", "7"},
      {"GET", NULL, NULL},     {"POST", NULL, "0"},
      {"HEAD", NULL, NULL},    {"POST", "", "0"},
      {"PUT", "x", "1"},       {"DELETE", NULL, NULL},
      {"HEAD", NULL, NULL},    {"GET", NULL, NULL},
      {"PATCH", "[]", "2"},    {"DELETE", "{}", "2"},
      {"OPTIONS", NULL, NULL}, {"PUT", NULL, "0"},
      {"GET", "{}", "2"},      {"GET", NULL, NULL},
  };
  struct bench bench;
  char head[2048], line[64];
  size_t i;

  bench_init(&bench);
  for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    bool is_head = strcmp(cases[i].method, "HEAD") == 0;
    struct sent sent;

    begin(&bench, &sent, cases[i].method, "/m", cases[i].body);
    finish(&bench, &sent);
    check_body(&sent, 200, is_head ? "" : "/m");
    peer_last_head(bench.peer, head, sizeof(head));
    snprintf(line, sizeof(line), "%s /m HTTP/1.1\r\n", cases[i].method);
    CHECK_ABOUT(strncmp(head, line, strlen(line)) == 0, head);
    check_line(head, "Content-Length:", cases[i].length != NULL);
    snprintf(line, sizeof(line), "Content-Length: %s\r\n",
             cases[i].length ? cases[i].length : "");
    check_line(head, line, cases[i].length != NULL);
    check_line(head, "Transfer-Encoding", false);
    if (!cases[i].body)
      check_line(head, "Content-Type", false);
    let_go(&sent);
  }
  CHECK_NUMBER(counts_of(&bench).connections, 1, "one connection");
  CHECK_NUMBER((long long)stats_of(&bench).opened, 1, "opened");
  CHECK_NUMBER((long long)stats_of(&bench).reused, 15, "reused");
  CHECK_NUMBER((long long)stats_of(&bench).active, 0, "active");
  bench_free(&bench);
}

static void add_header(struct cln_request *request, const char *name,
                       const char *value)
{
  CHECK(cln_request_header(request, name, strlen(name), value, strlen(value),
                           NULL) == CLN_OK);
}

static void test_header_lines(void)
{
  struct cln_exchange_options options;
  struct cln_error error;
  struct bench bench;
  struct sent sent;
  char head[2048], url[64];

  bench_init(&bench);
  options = bench.options;
  snprintf(url, sizeof(url), "http://127.0.0.1:%d/h?a=%%2F..",
           peer_port(bench.peer));
  cln_request_init(&sent.request);
  CHECK(cln_request_begin(&sent.request, "POST", 4, url, strlen(url) + 1,
                          &error) == CLN_OK);
  sent.request.has_body = true;
  add_header(&sent.request, "Content-Type", "application/json");
  add_header(&sent.request, "X-Agent", "clinone-test/1");
  add_header(&sent.request, "X-Empty", "");
  add_header(&sent.request, "X-Semi", "a;b: c");
  CHECK(cln_transport_start(bench.transport, &sent.request,
                            "Authorization: Bearer t0k3n", &options,
                            &sent.exchange, &error) == CLN_OK);
  finish(&bench, &sent);
  peer_last_head(bench.peer, head, sizeof(head));
  check_line(head, "POST /h?a=%2F.. HTTP/1.1\r\n", true);
  check_line(head, "\r\nContent-Type: application/json\r\n", true);
  check_line(head, "\r\nX-Empty:\r\n", true);
  check_line(head, "\r\nX-Semi: a;b: c\r\n", true);
  check_line(head, "\r\nAuthorization: Bearer t0k3n\r\n", true);
  check_line(head, "\r\nX-Agent: clinone-test/1\r\n", true);
  let_go(&sent);
  get(&bench, "/next");
  peer_last_head(bench.peer, head, sizeof(head));
  check_line(head, "Authorization", false);
  check_line(head, "X-Semi", false);
  bench_free(&bench);
}

/* No dot segment is taken out of a path behind our back. */
static void test_path_as_is(void)
{
  struct bench bench;

  bench_init(&bench);
  get(&bench, "/a/../b/./c");
  CHECK_NUMBER(peer_seen(bench.peer, "GET /a/../b/./c"), 1, "as it is");
  bench_free(&bench);
}

/* Statuses are answers, not failures; a redirect is not followed. */
static void test_statuses(void)
{
  static const int statuses[] = {200, 301, 401, 404, 429, 500, 503};
  struct bench bench;
  size_t i;

  bench_init(&bench);
  for (i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
    struct sent sent;
    char path[32];

    snprintf(path, sizeof(path), "/status/%d", statuses[i]);
    begin(&bench, &sent, "GET", path, NULL);
    finish(&bench, &sent);
    check_body(&sent, statuses[i], path);
    let_go(&sent);
  }
  CHECK_NUMBER(counts_of(&bench).requests, 7, "one each");
  bench_free(&bench);
}

static void test_early_hints(void)
{
  struct bench bench;
  struct sent sent;

  bench_init(&bench);
  begin(&bench, &sent, "GET", "/early", NULL);
  finish(&bench, &sent);
  check_body(&sent, 200, "/early");
  CHECK(!cln_response_header(&sent.exchange->response, "X-Early").text);
  CHECK(cln_response_header(&sent.exchange->response, "content-length").len ==
        1);
  let_go(&sent);
  bench_free(&bench);
}

static void test_large_bodies(void)
{
  static char upload[300000];
  struct bench bench;
  struct sent sent;
  char head[2048];

  memset(upload, 'u', sizeof(upload));
  bench_init(&bench);
  begin_to(&bench, &sent, peer_port(bench.peer), "PUT", "/up", upload,
           sizeof(upload));
  finish(&bench, &sent);
  check_body(&sent, 200, "/up");
  peer_last_head(bench.peer, head, sizeof(head));
  check_line(head, "Content-Length: 300000\r\n", true);
  check_line(head, "Expect", false);
  CHECK(peer_bytes(bench.peer, 0) > 300000);
  let_go(&sent);

  bench.options.max_body_bytes = 3000000;
  begin(&bench, &sent, "GET", "/big/3000000", NULL);
  finish(&bench, &sent);
  CHECK(sent.exchange->status == CLN_OK);
  CHECK_NUMBER(sent.exchange->response.body.len, 3000000, "just the limit");
  let_go(&sent);

  begin(&bench, &sent, "GET", "/big/3000001", NULL);
  finish(&bench, &sent);
  check_failed(&sent, CLN_TOO_LARGE, true, "a byte too many");
  CHECK(sent.exchange->permanent && !sent.exchange->stale_connection);
  let_go(&sent);

  bench.options.max_body_bytes = 5;
  begin(&bench, &sent, "GET", "/12345", NULL);
  finish(&bench, &sent);
  check_failed(&sent, CLN_TOO_LARGE, true, "a small limit");
  let_go(&sent);
  bench.options.max_body_bytes = 6;
  get(&bench, "/12345");
  bench_free(&bench);
}

/* Memory kept from a larger answer let more through than the next exchange
   allows. */
static void test_limit_after_larger(void)
{
  struct bench bench;
  struct sent sent;

  bench_init(&bench);
  begin(&bench, &sent, "GET", "/big/60000", NULL);
  finish(&bench, &sent);
  CHECK(sent.exchange->status == CLN_OK);
  let_go(&sent);
  bench.options.max_body_bytes = 5;
  begin(&bench, &sent, "GET", "/12345", NULL);
  finish(&bench, &sent);
  check_failed(&sent, CLN_TOO_LARGE, true, "six bytes of five");
  let_go(&sent);
  bench_free(&bench);
}

static void test_large_headers(void)
{
  struct bench bench;
  struct sent sent;

  bench_init(&bench);
  begin(&bench, &sent, "GET", "/headers/300000", NULL);
  finish(&bench, &sent);
  check_failed(&sent, CLN_TOO_LARGE, true, "header lines without end");
  let_go(&sent);
  get(&bench, "/after");
  bench_free(&bench);
}

static void test_cut(void)
{
  struct bench bench;
  struct sent sent;

  bench_init(&bench);
  begin(&bench, &sent, "GET", "/cut", NULL);
  finish(&bench, &sent);
  check_failed(&sent, CLN_NETWORK, true, "cut short");
  CHECK_NUMBER(sent.exchange->response.http_status, 200, "its status came");
  CHECK_ABOUT(!sent.exchange->stale_connection, "an answer had begun");
  let_go(&sent);
  begin(&bench, &sent, "GET", "/close", NULL);
  finish(&bench, &sent);
  check_failed(&sent, CLN_NETWORK, true, "closed without a byte");
  CHECK_ABOUT(!sent.exchange->stale_connection, "a new connection");
  let_go(&sent);
  bench_free(&bench);
}

/* Nobody listens there. */
static void test_refused(void)
{
  struct bench bench;
  struct sent sent;
  struct peer *gone;
  int port;

  bench_init(&bench);
  gone = peer_start();
  if (!CHECK(gone != NULL))
    return;
  port = peer_port(gone);
  peer_stop(gone);
  begin_to(&bench, &sent, port, "POST", "/", "x", 1);
  finish(&bench, &sent);
  check_failed(&sent, CLN_CONNECT, false, "nobody listens");
  CHECK(!sent.exchange->permanent && !sent.exchange->stale_connection);
  let_go(&sent);
  bench_free(&bench);
}

static void test_other_protocols(void)
{
  static const char *const urls[] = {"ftp://127.0.0.1/", "file:///etc/passwd",
                                     "gopher://127.0.0.1/x",
                                     "http://user:pw@127.0.0.1/"};
  struct cln_error error;
  struct bench bench;
  size_t i;

  bench_init(&bench);
  for (i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
    struct sent sent;

    cln_request_init(&sent.request);
    CHECK(cln_request_begin(&sent.request, "GET", 3, urls[i],
                            strlen(urls[i]) + 1, NULL) == CLN_OK);
    sent.exchange = NULL;
    if (cln_transport_start(bench.transport, &sent.request, NULL,
                            &bench.options, &sent.exchange,
                            &error) != CLN_OK) {
      CHECK_ABOUT(error.status == CLN_CONFIG, error.message);
      CHECK_ABOUT(!strstr(error.message, "memory"), error.message);
    } else if (finish(&bench, &sent)) {
      CHECK_ABOUT(sent.exchange->status == CLN_CONFIG, urls[i]);
      CHECK_ABOUT(!sent.exchange->written, urls[i]);
    }
    let_go(&sent);
  }
  get(&bench, "/after");
  bench_free(&bench);
}

/* A proxy is asked, but never for what is marked direct: loopback. */
static void test_proxy(void)
{
  struct bench bench;
  struct sent sent;
  char proxy[64], head[2048];

  bench_init(&bench);
  cln_transport_free(bench.transport);
  snprintf(proxy, sizeof(proxy), "http://127.0.0.1:%d", peer_port(bench.peer));
  bench.setup.proxy = proxy;
  bench_open(&bench);
  memset(proxy, 'x', sizeof(proxy) - 1); /* options were copied */
  get(&bench, "/direct");
  CHECK_NUMBER(peer_seen(bench.peer, "GET /direct"), 1, "no proxy");
  bench.options.direct = false;
  begin_to(&bench, &sent, 1, "GET", "/through", NULL, 0);
  finish(&bench, &sent);
  CHECK_NUMBER(peer_seen(bench.peer, "GET http://127.0.0.1:1/through"), 1,
               "through the proxy");
  peer_last_head(bench.peer, head, sizeof(head));
  CHECK_ABOUT(strstr(head, "127.0.0.1:1") != NULL, head);
  let_go(&sent);
  bench_free(&bench);
}

/* Twice as many as are kept for reuse, all held, all let go. */
static void test_pool(void)
{
  enum { MANY = 130 };
  static struct sent sent[MANY];
  struct bench bench;
  char path[32];
  int i, round;

  bench_init(&bench);
  for (round = 0; round < 3; round++) {
    for (i = 0; i < MANY; i++) {
      snprintf(path, sizeof(path), "/%d/%d", round, i);
      begin(&bench, &sent[i], "GET", path, NULL);
    }
    for (i = 0; i < MANY; i++) {
      finish(&bench, &sent[i]);
      snprintf(path, sizeof(path), "/%d/%d", round, i);
      check_body(&sent[i], 200, path);
    }
    for (i = 0; i < MANY; i++)
      let_go(&sent[i]);
  }
  cln_exchange_release(NULL);
  bench_free(&bench);
}

int main(void)
{
  test_methods();
  test_header_lines();
  test_path_as_is();
  test_statuses();
  test_early_hints();
  test_large_bodies();
  test_limit_after_larger();
  test_large_headers();
  test_cut();
  test_refused();
  test_other_protocols();
  test_proxy();
  test_pool();
  return test_end();
}
