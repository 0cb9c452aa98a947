/*
 * See transport_job.h: what libcurl calls while it runs. These append bytes
 * and count, nothing else: no Lua, no other call of libcurl's but questions.
 */
#include "transport_job.h"

/* A body that holds files, piece by piece. A sum that differs from what was
   announced must not be taken for the whole: the exchange is broken off. */
size_t cln_on_read(char *out, size_t size, size_t count, void *userdata)
{
  struct job *job = userdata;
  size_t len;

  if (cln_body_read(&job->reader, out, size * count, &len,
                    &job->exchange.error) == CLN_OK)
    return len;
  job->file_failed = true;
  return CURL_READFUNC_ABORT;
}

int cln_on_seek(void *userdata, curl_off_t offset, int origin)
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

size_t cln_on_body(char *data, size_t size, size_t count, void *userdata)
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

size_t cln_on_header(char *data, size_t size, size_t count, void *userdata)
{
  struct job *job = userdata;
  size_t len = size * count;

  if (cln_response_header_line(&job->exchange.response, data, len) == CLN_OK)
    return len;
  job->headers_failed = true;
  return 0;
}

#ifdef CLN_HAVE_PREREQ
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
int cln_on_start(void *userdata, char *peer_ip, char *local_ip, int peer_port,
                 int local_port)
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

curl_socket_t cln_on_open_socket(void *userdata, curlsocktype purpose,
                                 struct curl_sockaddr *address)
{
  struct cln_transport *transport = userdata;
  int fd = cln_sockets_open(&transport->sockets, address->family,
                            address->socktype, address->protocol);

  (void)purpose;
  return fd < 0 ? CURL_SOCKET_BAD : fd;
}

int cln_on_close_socket(void *userdata, curl_socket_t fd)
{
  struct cln_transport *transport = userdata;

  return cln_sockets_close(&transport->sockets, fd);
}
