/*
 * Short ways to put an exchange together, for the tests of transport.c: a
 * peer, a transport, one request at a time or many.
 */
#ifndef CLN_EXCHANGE_H
#define CLN_EXCHANGE_H

#include "../../src/transport.h"
#include "peer.h"
#include "test.h"

struct bench {
  struct peer *peer;
  struct cln_transport *transport;
  struct cln_transport_options setup;  /* may be changed before bench_open */
  struct cln_exchange_options options; /* of every exchange */
};

struct sent {
  struct cln_request request;
  struct cln_exchange *exchange;
};

/* A transport for one more process or thread; the peer is shared. */
static inline bool bench_open(struct bench *bench)
{
  struct cln_error error = {CLN_OK, ""};

  return CHECK_ABOUT(
      cln_transport_new(&bench->transport, &bench->setup, &error) == CLN_OK,
      error.message);
}

static inline void bench_init(struct bench *bench)
{
  static const struct cln_transport_options setup = {8,    true, true, NULL,
                                                     NULL, NULL, NULL, NULL};
  static const struct cln_exchange_options options = {10000, 5000, 5000, 65536,
                                                      false, true, NULL};

  memset(bench, 0, sizeof(*bench));
  bench->setup = setup;
  bench->options = options;
  bench->peer = peer_start();
  if (!CHECK_ABOUT(bench->peer != NULL, "a server on loopback") ||
      !bench_open(bench))
    exit(test_end());
}

static inline void bench_free(struct bench *bench)
{
  cln_transport_free(bench->transport);
  peer_stop(bench->peer);
}

/* body NULL: none. */
static inline void begin_to(struct bench *bench, struct sent *sent, int port,
                            const char *method, const char *path,
                            const char *body, size_t body_len)
{
  struct cln_error error = {CLN_OK, ""};
  char url[128];

  snprintf(url, sizeof(url), "http://127.0.0.1:%d%s", port, path);
  cln_request_init(&sent->request);
  CHECK(cln_request_begin(&sent->request, method, strlen(method), url,
                          strlen(url) + 1, &error) == CLN_OK);
  sent->request.has_body = body != NULL;
  CHECK(cln_buffer_append(&sent->request.body, body, body_len) == CLN_OK);
  sent->exchange = NULL;
  if (!CHECK_ABOUT(cln_transport_start(bench->transport, &sent->request, NULL,
                                       &bench->options, &sent->exchange,
                                       &error) == CLN_OK,
                   error.message))
    exit(test_end());
}

static inline void begin(struct bench *bench, struct sent *sent,
                         const char *method, const char *path,
                         const char *body)
{
  begin_to(bench, sent, peer_port(bench->peer), method, path, body,
           body ? strlen(body) : 0);
}

/* At most 20 s. */
static inline bool finish(struct bench *bench, struct sent *sent)
{
  long long until_ms = cln_now_ms() + 20000;

  while (!cln_transport_drive(bench->transport, sent->exchange, 500))
    if (cln_now_ms() > until_ms)
      break;
  return CHECK_ABOUT(sent->exchange->done, "done within 20 s");
}

static inline void let_go(struct sent *sent)
{
  cln_exchange_release(sent->exchange);
  cln_request_free(&sent->request);
  sent->exchange = NULL;
}

static inline void check_body(const struct sent *sent, int http_status,
                              const char *body)
{
  const struct cln_exchange *exchange = sent->exchange;

  CHECK_ABOUT(exchange->status == CLN_OK, exchange->error.message);
  CHECK_NUMBER(exchange->response.http_status, http_status, body);
  CHECK_TEXT(exchange->response.body.data, exchange->response.body.len, body,
             body);
  CHECK(exchange->written && !exchange->stale_connection);
}

static inline void check_failed(const struct sent *sent,
                                enum cln_status status, bool written,
                                const char *about)
{
  const struct cln_exchange *exchange = sent->exchange;

  CHECK_TEXT(cln_status_name(exchange->status),
             strlen(cln_status_name(exchange->status)),
             cln_status_name(status), about);
  CHECK_ABOUT(exchange->error.status == status &&
                  exchange->error.message[0] != '\0',
              about);
  CHECK_NUMBER(exchange->written, written, about);
}

/* A GET from beginning to end, answered with its own path. */
static inline void get(struct bench *bench, const char *path)
{
  struct sent sent;

  begin(bench, &sent, "GET", path, NULL);
  if (finish(bench, &sent))
    check_body(&sent, 200, path);
  let_go(&sent);
}

static inline struct peer_counts counts_of(struct bench *bench)
{
  struct peer_counts counts;

  peer_count(bench->peer, &counts);
  return counts;
}

static inline struct cln_transport_stats stats_of(struct bench *bench)
{
  struct cln_transport_stats stats;

  cln_transport_stats(bench->transport, &stats);
  return stats;
}

/* Drives until so many requests have reached the peer, at most 5 s. */
static inline void await_requests(struct bench *bench, int requests)
{
  long long until_ms = cln_now_ms() + 5000;

  while (counts_of(bench).requests < requests && cln_now_ms() < until_ms)
    cln_transport_drive(bench->transport, NULL, 10);
  CHECK_NUMBER(counts_of(bench).requests, requests, "they have come");
}

#endif
