/*
 * See transport_job.h: what libcurl is told about one exchange, and the pool's
 * new jobs. Never blocks.
 */
#include <stdlib.h>
#include <string.h>

#include "transport_job.h"

/* What this libcurl can do, by the headers; setopt has the last word. */
#if LIBCURL_VERSION_NUM >= 0x075500
#define HAVE_PROTOCOLS_STR 1
#endif
#if LIBCURL_VERSION_NUM >= 0x075700
#define HAVE_QUICK_EXIT 1
#endif

#define MAX_URL_BYTES      (128 * 1024)
#define MAX_AGE_CONN_S     50L  /* below the idle limit of common servers */
#define EXPECT_ABOVE_BYTES 1024 /* libcurl asks 100-continue only above */

/* What is the same for every exchange of this transport. */
static void preset(struct job *job)
{
  struct cln_transport *transport = job->transport;
  const struct cln_transport_options *options = &transport->options;
  CURL *easy = job->easy;

  curl_easy_setopt(easy, CURLOPT_PRIVATE, (char *)job);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, job->curl_text);
  curl_easy_setopt(easy, CURLOPT_CURLU, job->url);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, cln_on_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, job);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, cln_on_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, job);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, cln_on_open_socket);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, transport);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, cln_on_close_socket);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, transport);
#ifdef CLN_HAVE_PREREQ
  curl_easy_setopt(easy, CURLOPT_PREREQDATA, job);
  if (curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, cln_on_start) != CURLE_OK)
    transport->one_shot_connections = true;
#else
  transport->one_shot_connections = true;
#endif
#ifdef HAVE_PROTOCOLS_STR
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
#else
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS, CURLPROTO_HTTP | CURLPROTO_HTTPS);
#endif
#ifdef HAVE_QUICK_EXIT
  /* Else a cancelled exchange waits for getaddrinfo, and all others too. */
  curl_easy_setopt(easy, CURLOPT_QUICK_EXIT, 1L);
#endif
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(easy, CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
  curl_easy_setopt(easy, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  curl_easy_setopt(easy, CURLOPT_ACCEPT_ENCODING, "");
  curl_easy_setopt(easy, CURLOPT_SSLVERSION, CURL_SSLVERSION_TLSv1_2);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, options->verify ? 1L : 0L);
  curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, options->verify ? 2L : 0L);
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION,
                   options->http2 ? CURL_HTTP_VERSION_2TLS
                                  : CURL_HTTP_VERSION_1_1);
  curl_easy_setopt(easy, CURLOPT_PIPEWAIT, 1L);
  curl_easy_setopt(easy, CURLOPT_MAXAGE_CONN, MAX_AGE_CONN_S);
  curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
  if (options->ca_file)
    curl_easy_setopt(easy, CURLOPT_CAINFO, options->ca_file);
  if (options->client_cert)
    curl_easy_setopt(easy, CURLOPT_SSLCERT, options->client_cert);
  if (options->client_key)
    curl_easy_setopt(easy, CURLOPT_SSLKEY, options->client_key);
  if (options->client_key_password)
    curl_easy_setopt(easy, CURLOPT_KEYPASSWD, options->client_key_password);
}

struct job *cln_job_new(struct cln_transport *transport)
{
  struct job *job = calloc(1, sizeof(*job));

  if (!job)
    return NULL;
  job->transport = transport;
  cln_response_init(&job->exchange.response, 0);
  cln_buffer_init(&job->url_text, MAX_URL_BYTES);
  job->easy = curl_easy_init();
  job->url = curl_url();
  if (!job->easy || !job->url) {
    cln_job_free(job);
    return NULL;
  }
  preset(job);
  return job;
}

void cln_job_free(struct job *job)
{
  if (job->easy)
    curl_easy_cleanup(job->easy);
  if (job->url)
    curl_url_cleanup(job->url);
  cln_response_free(&job->exchange.response);
  cln_buffer_free(&job->url_text);
  free(job->lines);
  free(job);
}

static void forget_result(struct job *job)
{
  struct cln_exchange *exchange = &job->exchange;

  exchange->done = false;
  exchange->status = CLN_OK;
  exchange->error.message[0] = '\0';
  exchange->written = false;
  exchange->stale_connection = false;
  exchange->permanent = false;
  exchange->endless = false;
  job->starts = 0;
  job->resend_refused = false;
  job->found_stale = false;
  job->headers_failed = false;
  job->body_failed = false;
  job->file_failed = false;
  job->reader.buffer = NULL; /* no files, until set_files says so */
  job->curl_text[0] = '\0';
}

static void add_line(struct job *job, size_t *count, const char *line)
{
  if (*count > 0)
    job->lines[*count - 1].next = &job->lines[*count];
  job->lines[*count].data = (char *)line; /* libcurl only reads it */
  job->lines[*count].next = NULL;
  (*count)++;
}

/* The list points into the request: no line is copied or allocated. */
static enum cln_status set_headers(struct job *job,
                                   const struct cln_request *request,
                                   const char *authorization)
{
  size_t most = request->header_count + 3;
  const char *line = request->headers.data;
  size_t count = 0;
  size_t i;

  if (most > job->line_cap) {
    struct curl_slist *grown = realloc(job->lines, most * sizeof(*grown));
    if (!grown)
      return CLN_NOMEM;
    job->lines = grown;
    job->line_cap = most;
  }
  for (i = 0; i < request->header_count; i++) {
    add_line(job, &count, line);
    line += strlen(line) + 1;
  }
  if (authorization)
    add_line(job, &count, authorization);
  if (!request->has_body)
    add_line(job, &count, "Content-Type:"); /* libcurl's own for POST */
  if (cln_request_body_bytes(request) > EXPECT_ABOVE_BYTES)
    add_line(job, &count, "Expect:"); /* a second round trip for nothing */
  curl_easy_setopt(job->easy, CURLOPT_HTTPHEADER,
                   count > 0 ? job->lines : NULL);
  return CLN_OK;
}

/* Most calls go where the last one went: libcurl parses a URL once. */
static enum cln_status set_url(struct job *job,
                               const struct cln_request *request)
{
  const struct cln_buffer *url = &request->url;
  CURLUcode code;

  if (job->url_text.len == url->len &&
      memcmp(job->url_text.data, url->data, url->len) == 0)
    return CLN_OK;
  cln_buffer_reset(&job->url_text);
  code = curl_url_set(job->url, CURLUPART_URL, url->data,
                      CURLU_PATH_AS_IS | CURLU_DISALLOW_USER);
  if (code == CURLUE_OUT_OF_MEMORY)
    return CLN_NOMEM;
  if (code != CURLUE_OK)
    return CLN_CONFIG;
  return cln_buffer_append(&job->url_text, url->data, url->len);
}

/* Only what differs from the last exchange: each option costs. */
static void set_limits(struct job *job,
                       const struct cln_exchange_options *options)
{
  CURL *easy = job->easy;
  const struct cln_exchange_options *set = &job->set;
  bool all = !job->is_set;

  if (all || set->timeout_ms != options->timeout_ms)
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, options->timeout_ms);
  if (all || set->connect_ms != options->connect_ms)
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, options->connect_ms);
  if (all || set->idle_ms != options->idle_ms)
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME,
                     (options->idle_ms + 999) / 1000);
  if (all || set->fresh_connection != options->fresh_connection)
    curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT,
                     options->fresh_connection ? 1L : 0L);
  if (all || set->direct != options->direct)
    curl_easy_setopt(easy, CURLOPT_PROXY,
                     options->direct ? "" : job->transport->options.proxy);
  job->set = *options;
  job->is_set = true;
}

/* libcurl asks cln_on_read for the body. */
static void set_files(struct job *job, const struct cln_request *request)
{
  CURL *easy = job->easy;

  cln_body_reader_init(&job->reader, &request->body, &request->files);
  curl_easy_setopt(easy, CURLOPT_POSTFIELDS, NULL);
  curl_easy_setopt(easy, CURLOPT_READFUNCTION, cln_on_read);
  curl_easy_setopt(easy, CURLOPT_READDATA, job);
  curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, cln_on_seek);
  curl_easy_setopt(easy, CURLOPT_SEEKDATA, job);
}

static void set_method(struct job *job, const struct cln_request *request)
{
  CURL *easy = job->easy;
  const char *method = request->method;
  bool post = strcmp(method, "POST") == 0;
  bool get = strcmp(method, "GET") == 0;
  bool head = strcmp(method, "HEAD") == 0;
  bool sends = request->has_body || post || strcmp(method, "PUT") == 0 ||
               strcmp(method, "PATCH") == 0;

  if (sends) {
    /* Without a body: an explicit Content-Length of 0. */
    curl_easy_setopt(easy, CURLOPT_POST, 1L);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE,
                     (curl_off_t)cln_request_body_bytes(request));
    if (request->files.count > 0)
      set_files(job, request);
    else
      curl_easy_setopt(easy, CURLOPT_POSTFIELDS,
                       request->body.len > 0 ? request->body.data : "");
    curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, post ? NULL : method);
    return;
  }
  curl_easy_setopt(easy, CURLOPT_HTTPGET, 1L);
  if (head)
    curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
  curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, get || head ? NULL : method);
}

/* A buffer fills what it has: memory kept from a larger answer must go. */
static void limit_body(struct cln_buffer *body, size_t max_bytes)
{
  if (body->cap > max_bytes)
    cln_buffer_free(body);
  body->max_bytes = max_bytes;
}

enum cln_status cln_job_set(struct job *job, const struct cln_request *request,
                            const char *authorization,
                            const struct cln_exchange_options *options)
{
  struct cln_exchange_options limits = *options;
  enum cln_status status;

  if (job->transport->one_shot_connections &&
      strcmp(request->method, "GET") != 0)
    limits.fresh_connection = true;
  forget_result(job);
  limit_body(&job->exchange.response.body, options->max_body_bytes);
  status = set_url(job, request);
  if (status == CLN_OK)
    status = set_headers(job, request, authorization);
  if (status != CLN_OK)
    return status;
  set_method(job, request);
  set_limits(job, &limits);
  return CLN_OK;
}

enum cln_status cln_transport_encodings(struct cln_buffer *out)
{
  long features = curl_version_info(CURLVERSION_NOW)->features;
  enum cln_status status = cln_buffer_append_text(
      out, features & CURL_VERSION_LIBZ ? "deflate, gzip" : "identity");

#ifdef CURL_VERSION_BROTLI
  if (status == CLN_OK && (features & CURL_VERSION_BROTLI))
    status = cln_buffer_append_text(out, ", br");
#endif
#ifdef CURL_VERSION_ZSTD
  if (status == CLN_OK && (features & CURL_VERSION_ZSTD))
    status = cln_buffer_append_text(out, ", zstd");
#endif
  return status;
}
