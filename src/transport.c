/*
 * See transport.h: which jobs there are and where each stands, driving them,
 * and what a fork does to them. What libcurl is told about one exchange is in
 * transport_setup.c, how one ended in transport_result.c. Blocks only in
 * cln_transport_drive.
 */
#define _POSIX_C_SOURCE 200809L

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sigpipe.h"
#include "transport_job.h"

#define MAX_IDLE_JOBS   64
#define MAX_KEPT_BYTES  (256 * 1024) /* of buffers in an idle job */
#define MAX_STREAMS     500L         /* on one HTTP/2 connection */
#define LONGEST_POLL_MS 60000
#define MAX_URL_BYTES   (128 * 1024)

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

/* ---- results ------------------------------------------------------------ */

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
    cln_job_judge(job, code);
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
    job->exchange.written = cln_job_was_written(job, CLN_CANCELLED);
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

enum cln_status cln_transport_new(struct cln_transport **transport,
                                  const struct cln_transport_options *options,
                                  struct cln_error *error)
{
  struct cln_transport *made = calloc(1, sizeof(*made));
  enum cln_status status;

  if (!made)
    return cln_fail(error, CLN_NOMEM, "out of memory");
  if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
    free(made);
    return cln_fail(error, CLN_CONFIG, "libcurl could not be initialised");
  }
  pthread_mutex_init(&made->mutex, NULL);
  status = cln_transport_options_copy(&made->options, options);
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
    cln_job_free(job);
  }
  if (transport->multi)
    curl_multi_cleanup(transport->multi);
  cln_transport_options_free(&transport->options);
  cln_sockets_free(&transport->sockets);
  pthread_mutex_destroy(&transport->mutex);
  free(transport);
  curl_global_cleanup();
  cln_sigpipe_restore(&hold);
}

/* ---- one exchange ------------------------------------------------------- */

static struct job *take_job(struct cln_transport *transport)
{
  struct job *job = transport->idle;

  if (job) {
    unlink_job(job);
    transport->idle_count--;
    cln_response_reset(&job->exchange.response);
    return job;
  }
  return cln_job_new(transport);
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

  if (!job)
    return cln_fail(error, CLN_NOMEM, "out of memory");
  status = cln_job_set(job, request, authorization, options);
  if (status != CLN_OK) {
    cln_job_free(job);
    return cln_fail(error, status,
                    status == CLN_NOMEM ? "out of memory"
                                        : "libcurl does not take the URL");
  }
  job->due_ms = cln_now_ms() + options->timeout_ms;
  if (curl_multi_add_handle(transport->multi, job->easy) != CURLM_OK) {
    cln_job_free(job);
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
    cln_job_free(job);
    return;
  }
  cln_response_reset(&exchange->response);
  link_job(&transport->idle, job);
  transport->idle_count++;
}

void cln_transport_stats(const struct cln_transport *transport,
                         struct cln_transport_stats *stats)
{
  *stats = transport->stats;
}
