/*
 * What transport.c shares with its helpers, and nobody else: the rooms of
 * libcurl. A job is an exchange with its easy handle, kept in a pool when
 * released, so that a call on a kept connection allocates next to nothing.
 */
#ifndef CLN_TRANSPORT_JOB_H
#define CLN_TRANSPORT_JOB_H

#include <curl/curl.h>
#include <pthread.h>

#include "sockets.h"
#include "transport.h"

/* Whether this libcurl asks before it sends a request (7.80). */
#if LIBCURL_VERSION_NUM >= 0x075000
#define CLN_HAVE_PREREQ 1
#endif

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

/* transport_options.c: own copies of the texts, the password among them; what
   was copied before CLN_NOMEM is still to be freed. */
enum cln_status cln_transport_options_copy(
    struct cln_transport_options *to,
    const struct cln_transport_options *from);
void cln_transport_options_free(struct cln_transport_options *options);

/* transport_setup.c: a job with its easy handle, told what is the same for
   every exchange of this transport; NULL: out of memory. Free takes timers,
   too, and what is in no list any more. */
struct job *cln_job_new(struct cln_transport *transport);
void cln_job_free(struct job *job);

/* transport_setup.c: one exchange. The request stays the caller's and must
   outlive the exchange. CLN_NOMEM, CLN_CONFIG (libcurl does not take the
   URL). */
enum cln_status cln_job_set(struct job *job, const struct cln_request *request,
                            const char *authorization,
                            const struct cln_exchange_options *options);

/* transport_callbacks.c: for the options of these names; userdata is the job,
   or of the sockets' two the transport. */
size_t cln_on_read(char *out, size_t size, size_t count, void *userdata);
int cln_on_seek(void *userdata, curl_off_t offset, int origin);
size_t cln_on_body(char *data, size_t size, size_t count, void *userdata);
size_t cln_on_header(char *data, size_t size, size_t count, void *userdata);
#ifdef CLN_HAVE_PREREQ
int cln_on_start(void *userdata, char *peer_ip, char *local_ip, int peer_port,
                 int local_port);
#endif
curl_socket_t cln_on_open_socket(void *userdata, curlsocktype purpose,
                                 struct curl_sockaddr *address);
int cln_on_close_socket(void *userdata, curl_socket_t fd);

/* transport_result.c: fills in the exchange's result from libcurl's. */
void cln_job_judge(struct job *job, CURLcode code);

/* transport_result.c: whether the request may have begun to be sent; status
   is how it ended. */
bool cln_job_was_written(const struct job *job, enum cln_status status);

#endif
