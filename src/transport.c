/*
 * See transport.h. The only file that knows libcurl.
 *
 * A job is an exchange with its easy handle, kept in a pool when released,
 * so that a call on a kept connection allocates next to nothing. libcurl's
 * callbacks append bytes and count, nothing else. Blocks only in
 * cln_transport_drive.
 */
#define _POSIX_C_SOURCE 200809L

#include "transport.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sigpipe.h"
#include "sockets.h"

/* What this libcurl can do, by the headers; setopt has the last word. */
#if LIBCURL_VERSION_NUM >= 0x075000
#define HAVE_PREREQ 1
#endif
#if LIBCURL_VERSION_NUM >= 0x075500
#define HAVE_PROTOCOLS_STR 1
#endif
#if LIBCURL_VERSION_NUM >= 0x075700
#define HAVE_QUICK_EXIT 1
#endif

#define MAX_IDLE_JOBS      64
#define MAX_KEPT_BYTES     (256 * 1024) /* of buffers in an idle job */
#define MAX_STREAMS        500L         /* on one HTTP/2 connection */
#define MAX_AGE_CONN_S     50L /* below the idle limit of common servers */
#define LONGEST_POLL_MS    60000
#define MAX_URL_BYTES      (128 * 1024)
#define EXPECT_ABOVE_BYTES 1024 /* libcurl asks 100-continue only above */

struct job {
  struct cln_exchange exchange;    /* what the starter sees; first member */
  struct cln_transport *transport; /* NULL once the transport let go */
  CURL *easy;                      /* NULL for a timer */
  struct curl_slist *lines;        /* array; data points into the request */
  size_t line_cap;                 /* entries in lines */
  CURLU *url;                      /* parsed url_text */
  struct cln_buffer url_text;      /* the URL of the last exchange */
  struct cln_exchange_options set; /* what easy was told last */
  struct cln_body_reader reader;   /* of a body that holds files */
  bool is_set;                     /* set holds something */
  int starts;                      /* times the request began to go out */
  int local_port;                  /* of its connection; 0: none yet */
  bool resend_refused;             /* libcurl wanted to send it again */
  bool found_stale;                /* the kept connection was dead already */
  bool headers_failed;             /* the buffer of headers was full */
  bool body_failed;                /* the buffer of the body was full */
  bool file_failed;                /* read or written: exchange.error says */
  long long due_ms;                /* timer: when; else the deadline */
  char curl_text[CURL_ERROR_SIZE]; /* libcurl's message */
  struct job *next;                /* running, timers, over or idle list */
  struct job **link;               /* what points here; NULL when in none */
};

struct cln_transport {
  CURLM *multi; /* NULL before the first use in a process */
  long pid;     /* the process multi belongs to */
  struct cln_transport_options options; /* strings owned */
  struct job *running;                  /* exchanges under way */
  struct job *timers;                   /* soonest first */
  struct job *over;                     /* done, not yet released */
  struct job *idle;                     /* ready for reuse */
  int idle_count;                       /* jobs in idle */
  struct cln_sockets sockets;           /* of all connections */
  bool one_shot_connections; /* libcurl too old for PREREQFUNCTION */
  struct cln_transport_stats stats;
  pthread_mutex_t mutex; /* guards woken */
  bool woken;            /* cln_transport_wakeup was called */
};

static void link_job(struct job **head, struct job *job)
{
  job->next = *head;
  job->link = head;
  if (*head)
    (*head)->link = &job->next;
  *head = job;
}

static void unlink_job(struct job *job)
{
  if (!job->link)
    return;
  *job->link = job->next;
  if (job->next)
    job->next->link = job->link;
  job->next = NULL;
  job->link = NULL;
}

/* ---- libcurl's callbacks ------------------------------------------------ */

/* A body that holds files, piece by piece. A sum that differs from what was
   announced must not be taken for the whole: the exchange is broken off. */
static size_t on_read(char *out, size_t size, size_t count, void *userdata)
{
  struct job *job = userdata;
  size_t len;

  if (cln_body_read(&job->reader, out, size * count, &len,
                    &job->exchange.error) == CLN_OK)
    return len;
  job->file_failed = true;
  return CURL_READFUNC_ABORT;
}

static int on_seek(void *userdata, curl_off_t offset, int origin)
{
  struct job *job = userdata;

  return origin == SEEK_SET && offset >= 0 &&
                 cln_body_seek(&job->reader, (uint64_t)offset)
             ? CURL_SEEKFUNC_OK
             : CURL_SEEKFUNC_FAIL;
}

static bool save(struct job *job, const char *data, size_t len)
{
  struct cln_exchange *exchange = &job->exchange;

  if (cln_sink_write(job->set.sink, data, len, &exchange->error) == CLN_OK)
    return true;
  job->file_failed = true;
  cln_sink_explain(&exchange->error, exchange->response.http_status);
  return false;
}

static size_t on_body(char *data, size_t size, size_t count, void *userdata)
{
  struct job *job = userdata;
  int http_status = job->exchange.response.http_status;
  size_t len = size * count;

  if (job->set.sink && http_status >= 200 && http_status <= 299)
    return save(job, data, len) ? len : 0;
  if (cln_buffer_append(&job->exchange.response.body, data, len) == CLN_OK)
    return len;
  job->body_failed = true;
  return 0;
}

static size_t on_header(char *data, size_t size, size_t count, void *userdata)
{
  struct job *job = userdata;
  size_t len = size * count;

  if (cln_response_header_line(&job->exchange.response, data, len) == CLN_OK)
    return len;
  job->headers_failed = true;
  return 0;
}

#ifdef HAVE_PREREQ
/* The kept connection that the job is about to use. libcurl's own look at it
   is taken in by an unread close_notify, and by an answer that nobody asked
   for. */
static bool is_stale(struct job *job, const struct cln_socket *entry)
{
  long connects = 0;

  curl_easy_getinfo(job->easy, CURLINFO_NUM_CONNECTS, &connects);
  return connects == 0 && entry->users == 0 && cln_socket_is_stale(entry);
}

/* Called when the request is about to be written. libcurl calls it again to
   send the same request anew on another connection; that is not its decision
   to make: the server may have applied the first one. */
static int on_start(void *userdata, char *peer_ip, char *local_ip,
                    int peer_port, int local_port)
{
  struct job *job = userdata;
  struct cln_socket *entry =
      cln_sockets_find(&job->transport->sockets, local_port);

  (void)peer_ip;
  (void)local_ip;
  (void)peer_port;
  if (job->starts > 0) {
    job->resend_refused = true;
    return CURL_PREREQFUNC_ABORT;
  }
  if (entry && is_stale(job, entry)) {
    job->found_stale = true;
    return CURL_PREREQFUNC_ABORT;
  }
  job->starts++;
  if (entry) {
    if (entry->users++ > 0)
      entry->multiplexed = true;
    job->local_port = local_port;
  }
  return CURL_PREREQFUNC_OK;
}
#endif

static curl_socket_t on_open_socket(void *userdata, curlsocktype purpose,
                                    struct curl_sockaddr *address)
{
  struct cln_transport *transport = userdata;
  int fd = cln_sockets_open(&transport->sockets, address->family,
                            address->socktype, address->protocol);

  (void)purpose;
  return fd < 0 ? CURL_SOCKET_BAD : fd;
}

static int on_close_socket(void *userdata, curl_socket_t fd)
{
  struct cln_transport *transport = userdata;

  return cln_sockets_close(&transport->sockets, fd);
}

/* ---- results ------------------------------------------------------------ */

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
static bool was_written(const struct job *job, enum cln_status status)
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

static void judge(struct job *job, CURLcode code)
{
  struct cln_exchange *exchange = &job->exchange;
  bool answered = exchange->response.http_status != 0;
  const char *words = own_words(job);
  long connects = 0;

  curl_easy_getinfo(job->easy, CURLINFO_NUM_CONNECTS, &connects);
  note_connection(job, connects);
  exchange->status = status_of(code, &exchange->permanent);
  exchange->written = was_written(job, exchange->status);
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

static void leave_connection(struct job *job)
{
  struct cln_socket *entry;

  if (job->local_port == 0)
    return;
  entry = cln_sockets_find(&job->transport->sockets, job->local_port);
  if (entry && entry->users > 0)
    entry->users--;
  job->local_port = 0;
}

/* A job that runs leaves the multi; its easy handle may be used again. */
static void detach(struct job *job)
{
  if (job->exchange.done)
    return;
  leave_connection(job);
  if (job->easy && job->transport->multi)
    curl_multi_remove_handle(job->transport->multi, job->easy);
  job->transport->stats.active--;
  unlink_job(job);
}

static void set_done(struct job *job)
{
  detach(job);
  job->exchange.done = true;
  link_job(&job->transport->over, job);
}

static void destroy(struct job *job)
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

/* The kept connection was dead before a byte was written: the same exchange,
   which has not begun, takes a fresh one. */
static bool start_anew(struct job *job)
{
  CURLM *multi = job->transport->multi;

  long left_ms = (long)(job->due_ms - cln_now_ms());

  curl_easy_setopt(job->easy, CURLOPT_FRESH_CONNECT, 1L);
  job->set.fresh_connection = true;
  job->set.timeout_ms = left_ms > 0 ? left_ms : 1;
  curl_easy_setopt(job->easy, CURLOPT_TIMEOUT_MS, job->set.timeout_ms);
  curl_multi_remove_handle(multi, job->easy);
  if (curl_multi_add_handle(multi, job->easy) != CURLM_OK)
    return false;
  job->found_stale = false;
  job->curl_text[0] = '\0';
  if (job->reader.buffer)
    cln_body_seek(&job->reader, 0);
  return true;
}

static bool collect(struct cln_transport *transport)
{
  CURLMsg *message;
  bool any = false;
  int left;

  while ((message = curl_multi_info_read(transport->multi, &left)) != NULL) {
    char *pointer = NULL;
    CURLcode code = message->data.result;
    struct job *job;

    if (message->msg != CURLMSG_DONE)
      continue;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &pointer);
    job = (struct job *)(void *)pointer;
    if (job->found_stale && start_anew(job))
      continue;
    judge(job, code);
    set_done(job);
    any = true;
  }
  return any;
}

/* ---- processes ---------------------------------------------------------- */

/* Stays readable until released; nothing of libcurl stays with it. */
static void orphan(struct job *job)
{
  unlink_job(job);
  if (job->easy)
    curl_easy_cleanup(job->easy);
  job->easy = NULL;
  job->transport = NULL;
}

static void cancel_all(struct job *list)
{
  while (list) {
    struct job *job = list;

    list = job->next;
    job->exchange.status = CLN_CANCELLED;
    job->exchange.written = was_written(job, CLN_CANCELLED);
    detach(job);
    job->exchange.done = true;
    cln_fail(&job->exchange.error, CLN_CANCELLED, "the client was closed");
    orphan(job);
  }
}

/* libcurl's handles cannot be cleaned up in a child: that would say goodbye
   on connections which the parent still uses. */
static void abandon_inherited(struct cln_transport *transport)
{
  struct job *job;

  cln_sockets_close_all(&transport->sockets);
  pthread_mutex_init(&transport->mutex, NULL); /* a thread may have held it */
  transport->multi = NULL;
  for (job = transport->running; job; job = job->next)
    job->easy = NULL;
  cancel_all(transport->running);
  cancel_all(transport->timers);
  transport->idle = NULL;
  transport->idle_count = 0;
}

static enum cln_status open_multi(struct cln_transport *transport)
{
  long most = transport->options.max_connections;
  CURLM *multi = curl_multi_init();

  if (!multi)
    return CLN_NOMEM;
  curl_multi_setopt(multi, CURLMOPT_MAX_HOST_CONNECTIONS, most);
  /* The API's and the token endpoint's connections are kept together. */
  curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, 2 * most);
  curl_multi_setopt(multi, CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX);
  curl_multi_setopt(multi, CURLMOPT_MAX_CONCURRENT_STREAMS, MAX_STREAMS);
  transport->multi = multi;
  transport->pid = (long)getpid();
  return CLN_OK;
}

static enum cln_status enter_process(struct cln_transport *transport)
{
  if (transport->multi && transport->pid == (long)getpid())
    return CLN_OK;
  if (transport->multi)
    abandon_inherited(transport);
  return open_multi(transport);
}

/* ---- set-up ------------------------------------------------------------- */

static enum cln_status copy_text(const char **text)
{
  if (*text && !(*text = strdup(*text)))
    return CLN_NOMEM;
  return CLN_OK;
}

static const char **option_text(struct cln_transport_options *options, int i)
{
  const char **const texts[] = {
      &options->ca_file, &options->client_cert, &options->client_key,
      &options->client_key_password, &options->proxy};

  return i < (int)(sizeof(texts) / sizeof(texts[0])) ? texts[i] : NULL;
}

enum cln_status cln_transport_new(struct cln_transport **transport,
                                  const struct cln_transport_options *options,
                                  struct cln_error *error)
{
  struct cln_transport *made = calloc(1, sizeof(*made));
  enum cln_status status = CLN_OK;
  const char **text;
  int i;

  if (!made)
    return cln_fail(error, CLN_NOMEM, "out of memory");
  if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
    free(made);
    return cln_fail(error, CLN_CONFIG, "libcurl could not be initialised");
  }
  pthread_mutex_init(&made->mutex, NULL);
  made->options = *options;
  for (i = 0; (text = option_text(&made->options, i)) != NULL; i++)
    if (status != CLN_OK)
      *text = NULL;
    else
      status = copy_text(text);
  if (status == CLN_OK)
    status = open_multi(made);
  if (status == CLN_OK &&
      !(curl_version_info(CURLVERSION_NOW)->features & CURL_VERSION_SSL))
    status = cln_fail(error, CLN_CONFIG, "this libcurl was built without TLS");
  if (status != CLN_OK) {
    cln_transport_free(made);
    if (status == CLN_NOMEM)
      cln_fail(error, status, "out of memory");
    return status;
  }
  *transport = made;
  return CLN_OK;
}

void cln_transport_free(struct cln_transport *transport)
{
  struct cln_sigpipe hold;
  const char **text;
  int i;

  if (!transport)
    return;
  cln_sigpipe_hold(&hold); /* connections say goodbye */
  if (transport->multi && transport->pid != (long)getpid())
    abandon_inherited(transport);
  cancel_all(transport->running);
  cancel_all(transport->timers);
  while (transport->over)
    orphan(transport->over);
  while (transport->idle) {
    struct job *job = transport->idle;
    unlink_job(job);
    destroy(job);
  }
  if (transport->multi)
    curl_multi_cleanup(transport->multi);
  for (i = 0; (text = option_text(&transport->options, i)) != NULL; i++)
    if (*text) {
      cln_wipe((void *)*text, strlen(*text));
      free((void *)*text);
    }
  cln_sockets_free(&transport->sockets);
  pthread_mutex_destroy(&transport->mutex);
  free(transport);
  curl_global_cleanup();
  cln_sigpipe_restore(&hold);
}

/* ---- one exchange ------------------------------------------------------- */

/* What is the same for every exchange of this transport. */
static void preset(struct cln_transport *transport, struct job *job)
{
  const struct cln_transport_options *options = &transport->options;
  CURL *easy = job->easy;

  curl_easy_setopt(easy, CURLOPT_PRIVATE, (char *)job);
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, job->curl_text);
  curl_easy_setopt(easy, CURLOPT_CURLU, job->url);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, job);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, job);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open_socket);
  curl_easy_setopt(easy, CURLOPT_OPENSOCKETDATA, transport);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, on_close_socket);
  curl_easy_setopt(easy, CURLOPT_CLOSESOCKETDATA, transport);
#ifdef HAVE_PREREQ
  curl_easy_setopt(easy, CURLOPT_PREREQDATA, job);
  if (curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, on_start) != CURLE_OK)
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

static struct job *take_job(struct cln_transport *transport)
{
  struct job *job = transport->idle;

  if (job) {
    unlink_job(job);
    transport->idle_count--;
    cln_response_reset(&job->exchange.response);
    return job;
  }
  job = calloc(1, sizeof(*job));
  if (!job)
    return NULL;
  job->transport = transport;
  cln_response_init(&job->exchange.response, 0);
  cln_buffer_init(&job->url_text, MAX_URL_BYTES);
  job->easy = curl_easy_init();
  job->url = curl_url();
  if (!job->easy || !job->url) {
    destroy(job);
    return NULL;
  }
  preset(transport, job);
  return job;
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
static void set_limits(struct cln_transport *transport, struct job *job,
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
                     options->direct ? "" : transport->options.proxy);
  job->set = *options;
  job->is_set = true;
}

/* libcurl asks on_read for the body. */
static void set_files(struct job *job, const struct cln_request *request)
{
  CURL *easy = job->easy;

  cln_body_reader_init(&job->reader, &request->body, &request->files);
  curl_easy_setopt(easy, CURLOPT_POSTFIELDS, NULL);
  curl_easy_setopt(easy, CURLOPT_READFUNCTION, on_read);
  curl_easy_setopt(easy, CURLOPT_READDATA, job);
  curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, on_seek);
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

enum cln_status cln_transport_start(struct cln_transport *transport,
                                    const struct cln_request *request,
                                    const char *authorization,
                                    const struct cln_exchange_options *options,
                                    struct cln_exchange **exchange,
                                    struct cln_error *error)
{
  enum cln_status status = enter_process(transport);
  struct job *job = status == CLN_OK ? take_job(transport) : NULL;
  struct cln_exchange_options limits = *options;

  if (!job)
    return cln_fail(error, CLN_NOMEM, "out of memory");
  if (transport->one_shot_connections && strcmp(request->method, "GET") != 0)
    limits.fresh_connection = true;
  forget_result(job);
  limit_body(&job->exchange.response.body, options->max_body_bytes);
  status = set_url(job, request);
  if (status == CLN_OK)
    status = set_headers(job, request, authorization);
  if (status != CLN_OK) {
    destroy(job);
    return cln_fail(error, status,
                    status == CLN_NOMEM ? "out of memory"
                                        : "libcurl does not take the URL");
  }
  set_method(job, request);
  set_limits(transport, job, &limits);
  job->due_ms = cln_now_ms() + options->timeout_ms;
  if (curl_multi_add_handle(transport->multi, job->easy) != CURLM_OK) {
    destroy(job);
    return cln_fail(error, CLN_NOMEM, "out of memory");
  }
  link_job(&transport->running, job);
  transport->stats.active++;
  *exchange = &job->exchange;
  return CLN_OK;
}

enum cln_status cln_transport_timer(struct cln_transport *transport,
                                    long long delay_ms,
                                    struct cln_exchange **timer)
{
  enum cln_status status = enter_process(transport);
  struct job *job = status == CLN_OK ? calloc(1, sizeof(*job)) : NULL;
  struct job **at = &transport->timers;

  if (!job)
    return CLN_NOMEM;
  job->transport = transport;
  job->due_ms = cln_now_ms() + delay_ms;
  while (*at && (*at)->due_ms <= job->due_ms)
    at = &(*at)->next;
  link_job(at, job);
  transport->stats.active++;
  *timer = &job->exchange;
  return CLN_OK;
}

static bool fire_timers(struct cln_transport *transport, long long now_ms)
{
  bool any = false;

  while (transport->timers && transport->timers->due_ms <= now_ms) {
    struct job *job = transport->timers;
    set_done(job);
    any = true;
  }
  return any;
}

static int poll_ms(const struct cln_transport *transport, long long until_ms,
                   long long now_ms)
{
  long long wait_ms = until_ms - now_ms;

  if (transport->timers && transport->timers->due_ms - now_ms < wait_ms)
    wait_ms = transport->timers->due_ms - now_ms;
  if (wait_ms > LONGEST_POLL_MS)
    wait_ms = LONGEST_POLL_MS;
  return wait_ms > 0 ? (int)wait_ms : 0;
}

/* Whether cln_transport_wakeup was called since the last time. */
static bool take_wakeup(struct cln_transport *transport)
{
  bool woken;

  pthread_mutex_lock(&transport->mutex);
  woken = transport->woken;
  transport->woken = false;
  pthread_mutex_unlock(&transport->mutex);
  return woken;
}

static bool drive(struct cln_transport *transport,
                  const struct cln_exchange *until, int slice_ms)
{
  long long until_ms = cln_now_ms() + slice_ms;
  bool woken = false;

  for (;;) {
    long long now_ms;
    int running;
    int wait_ms;
    bool any;

    curl_multi_perform(transport->multi, &running);
    any = collect(transport);
    now_ms = cln_now_ms();
    if (fire_timers(transport, now_ms))
      any = true;
    if (until ? until->done : any)
      return true;
    if (woken || now_ms >= until_ms)
      return false;
    wait_ms = poll_ms(transport, until_ms, now_ms);
    curl_multi_poll(transport->multi, NULL, 0, wait_ms, NULL);
    woken = take_wakeup(transport);
  }
}

bool cln_transport_drive(struct cln_transport *transport,
                         const struct cln_exchange *until, int slice_ms)
{
  struct cln_sigpipe hold;
  bool done;

  if (enter_process(transport) != CLN_OK)
    return false;
  if (until && until->done)
    return true;
  cln_sigpipe_hold(&hold);
  done = drive(transport, until, slice_ms);
  cln_sigpipe_restore(&hold);
  return done;
}

void cln_transport_wakeup(struct cln_transport *transport)
{
  pthread_mutex_lock(&transport->mutex);
  transport->woken = true;
  pthread_mutex_unlock(&transport->mutex);
  if (transport->multi)
    curl_multi_wakeup(transport->multi);
}

void cln_exchange_release(struct cln_exchange *exchange)
{
  struct job *job = (struct job *)(void *)exchange;
  struct cln_transport *transport;

  if (!job)
    return;
  transport = job->transport;
  if (transport && transport->multi && transport->pid != (long)getpid())
    abandon_inherited(transport);
  transport = job->transport;
  if (transport && !job->exchange.done) {
    struct cln_sigpipe hold;
    cln_sigpipe_hold(&hold); /* what is cut may say goodbye */
    detach(job);
    cln_sigpipe_restore(&hold);
  }
  unlink_job(job);
  if (!transport || !job->easy || transport->idle_count >= MAX_IDLE_JOBS ||
      exchange->response.body.cap > MAX_KEPT_BYTES) {
    destroy(job);
    return;
  }
  cln_response_reset(&exchange->response);
  link_job(&transport->idle, job);
  transport->idle_count++;
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

void cln_transport_stats(const struct cln_transport *transport,
                         struct cln_transport_stats *stats)
{
  *stats = transport->stats;
}
