/*
 * See transport_job.h: how an exchange ended, in our words. Never blocks.
 */
#include <string.h>

#include "transport_job.h"

static enum cln_status status_of(CURLcode code, bool *permanent)
{
  *permanent = false;
  switch (code) {
  case CURLE_OK:
    return CLN_OK;
  case CURLE_COULDNT_RESOLVE_HOST:
  case CURLE_COULDNT_RESOLVE_PROXY:
    return CLN_DNS;
  case CURLE_COULDNT_CONNECT:
  case CURLE_PROXY:
    return CLN_CONNECT;
  case CURLE_OPERATION_TIMEDOUT:
    return CLN_TIMEOUT;
  case CURLE_PEER_FAILED_VERIFICATION:
  case CURLE_SSL_CERTPROBLEM:
  case CURLE_SSL_CIPHER:
  case CURLE_SSL_CACERT_BADFILE:
  case CURLE_SSL_ISSUER_ERROR:
    *permanent = true;
    return CLN_TLS;
  case CURLE_SSL_CONNECT_ERROR:
    return CLN_TLS;
  case CURLE_URL_MALFORMAT:
  case CURLE_UNSUPPORTED_PROTOCOL:
  case CURLE_NOT_BUILT_IN:
    *permanent = true;
    return CLN_CONFIG;
  case CURLE_OUT_OF_MEMORY:
    return CLN_NOMEM;
  default:
    return CLN_NETWORK;
  }
}

/* Whether the request may have begun to be sent. An old libcurl does not call
   on_start: then what broke on a connection counts as written. */
bool cln_job_was_written(const struct job *job, enum cln_status status)
{
  long sent_bytes = 0;

  if (!job->transport->one_shot_connections)
    return job->starts > 0;
  if (!job->easy || status == CLN_NETWORK)
    return true;
  curl_easy_getinfo(job->easy, CURLINFO_REQUEST_SIZE, &sent_bytes);
  return sent_bytes > 0;
}

/* What only shows once an answer has come: HTTP/2 has many calls on one
   connection, and its server may speak unasked. */
static void note_connection(struct job *job, long connects)
{
  struct cln_socket *entry;
  long version = CURL_HTTP_VERSION_NONE;

  job->transport->stats.opened += (unsigned long long)connects;
  if (connects == 0) {
    if (job->starts > 0)
      job->transport->stats.reused++;
    return;
  }
  curl_easy_getinfo(job->easy, CURLINFO_HTTP_VERSION, &version);
  entry = cln_sockets_find(&job->transport->sockets, job->local_port);
  if (entry && version == CURL_HTTP_VERSION_2_0)
    entry->multiplexed = true;
}

static bool is_broken_off(CURLcode code)
{
  switch (code) {
  case CURLE_SEND_ERROR:
  case CURLE_RECV_ERROR:
  case CURLE_GOT_NOTHING:
  case CURLE_HTTP2:
  case CURLE_HTTP2_STREAM:
  case CURLE_PARTIAL_FILE:
    return true;
  default:
    return false;
  }
}

static const char *own_words(const struct job *job)
{
  if (job->body_failed)
    return "the answer is larger than max_body_bytes allows";
  if (job->headers_failed)
    return "the answer's headers are too large";
  if (job->found_stale)
    return "the server had closed the kept connection";
  if (job->resend_refused)
    return "the server closed a kept connection without an answer";
  if (strncmp(job->curl_text, "Unsupported proxy", 17) == 0)
    return "the proxy's URL cannot be used"; /* libcurl's text quotes it */
  return NULL;
}

/* HTTP/1 may end an answer with its connection. libcurl does not miss TLS's
   goodbye then, so that one who cuts the connection ends it, too. */
static bool is_endless(const struct job *job)
{
  const struct cln_response *response = &job->exchange.response;
  long version = CURL_HTTP_VERSION_NONE;

  curl_easy_getinfo(job->easy, CURLINFO_HTTP_VERSION, &version);
  return version < CURL_HTTP_VERSION_2_0 &&
         !cln_response_header(response, "Content-Length").text &&
         !cln_response_header(response, "Transfer-Encoding").text;
}

void cln_job_judge(struct job *job, CURLcode code)
{
  struct cln_exchange *exchange = &job->exchange;
  bool answered = exchange->response.http_status != 0;
  const char *words = own_words(job);
  long connects = 0;

  curl_easy_getinfo(job->easy, CURLINFO_NUM_CONNECTS, &connects);
  note_connection(job, connects);
  exchange->status = status_of(code, &exchange->permanent);
  exchange->written = cln_job_was_written(job, exchange->status);
  if (code == CURLE_OK) {
    exchange->endless = job->set.sink && is_endless(job);
    return;
  }

  if (job->file_failed) {
    exchange->status = exchange->error.status;
    exchange->permanent = true;
    return;
  }
  exchange->stale_connection =
      job->found_stale || job->resend_refused ||
      (connects == 0 && exchange->written && !answered && is_broken_off(code));
  if (job->found_stale || job->resend_refused) {
    exchange->status = CLN_NETWORK;
  } else if (job->body_failed || job->headers_failed) {
    exchange->status = CLN_TOO_LARGE;
    exchange->permanent = true;
  } else if (exchange->status == CLN_CONFIG && exchange->written) {
    exchange->status = CLN_NETWORK; /* an answer that is no HTTP */
    exchange->permanent = false;
  }
  if (!words)
    words = job->curl_text[0] ? job->curl_text : curl_easy_strerror(code);
  cln_fail(&exchange->error, exchange->status, "%s", words);
}
