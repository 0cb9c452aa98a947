/*
 * HTTP exchanges and timers on one curl_multi, driven by whoever calls
 * cln_transport_drive. Knows nothing of tokens, retries or Lua.
 *
 * Ownership: an exchange has two owners, the transport (while it runs) and
 * the one who started it. cln_exchange_release lets go of the second; an
 * unfinished exchange is then ended. cln_transport_free ends what still runs
 * (status CANCELLED); the exchanges themselves stay until released.
 *
 * One transport belongs to one thread at a time; only cln_transport_wakeup
 * may be called from another. In a forked child the inherited sockets are
 * closed plainly, the inherited libcurl handles are abandoned, and the
 * transport starts afresh; exchanges of the parent end there as CANCELLED.
 */
#ifndef CLN_TRANSPORT_H
#define CLN_TRANSPORT_H

#include "request.h"
#include "response.h"
#include "sink.h"

struct cln_transport; /* opaque: see transport_job.h */

struct cln_transport_options {
  long max_connections;            /* per host, > 0 */
  bool http2;                      /* offer HTTP/2 over TLS */
  bool verify;                     /* check certificate and host name */
  const char *ca_file;             /* PEM; NULL: the system's CAs */
  const char *client_cert;         /* PEM; NULL: none */
  const char *client_key;          /* PEM; NULL: in client_cert, or none */
  const char *client_key_password; /* NULL: none */
  const char *proxy;               /* NULL: from the environment; "": none */
};

struct cln_exchange_options {
  long timeout_ms;       /* all of the exchange, > 0 */
  long connect_ms;       /* until the connection stands, > 0 */
  long idle_ms;          /* without a byte either way, > 0; whole seconds,
                            rounded up (CURLOPT_LOW_SPEED_TIME) */
  size_t max_body_bytes; /* of the answer, decoded; of what is not saved */
  bool fresh_connection; /* do not use a kept connection */
  bool direct;           /* no proxy, whatever is set: loopback */
  struct cln_sink *sink; /* takes the body of a 2xx, begun; NULL: memory */
};

struct cln_exchange {
  /* Valid once done. */
  bool done;                    /* the exchange or timer is over */
  enum cln_status status;       /* CLN_OK: an answer came, or time is up */
  struct cln_error error;       /* message, unless CLN_OK */
  bool written;                 /* the request may have begun to be sent */
  bool stale_connection;        /* a kept connection died without an answer */
  bool permanent;               /* the same would fail again */
  bool endless;                 /* with a sink: nothing tells a whole answer
                                   from one that was cut */
  struct cln_response response; /* owned */
};

struct cln_transport_stats {
  unsigned long long opened; /* connections made */
  unsigned long long reused; /* exchanges on a kept connection */
  size_t active;             /* exchanges and timers running */
};

/* Copies the options. CLN_CONFIG (a libcurl without TLS) or CLN_NOMEM; an
   unreadable CA file shows with the first exchange. */
enum cln_status cln_transport_new(struct cln_transport **transport,
                                  const struct cln_transport_options *options,
                                  struct cln_error *error);
void cln_transport_free(struct cln_transport *transport);

/*
 * Starts one exchange; nothing is sent before the next drive. request,
 * authorization (a NUL-terminated header line, or NULL) and the sink must
 * stay as they are until the exchange is done or released. Each exchange goes
 * out at most once: libcurl's own re-send on a dead kept connection is refused
 * (CURLOPT_PREREQFUNCTION; FRESH_CONNECT before libcurl 7.80).
 */
enum cln_status cln_transport_start(struct cln_transport *transport,
                                    const struct cln_request *request,
                                    const char *authorization,
                                    const struct cln_exchange_options *options,
                                    struct cln_exchange **exchange,
                                    struct cln_error *error);

/* An exchange that only lets time pass. */
enum cln_status cln_transport_timer(struct cln_transport *transport,
                                    long long delay_ms,
                                    struct cln_exchange **timer);

/*
 * Drives everything that runs. Blocks the calling thread until `until` (may
 * be NULL) is done, or slice_ms have passed, or cln_transport_wakeup was
 * called. Returns whether `until` is done.
 */
bool cln_transport_drive(struct cln_transport *transport,
                         const struct cln_exchange *until, int slice_ms);

/* Makes a drive in another thread return soon. */
void cln_transport_wakeup(struct cln_transport *transport);

/* Ends the exchange if it still runs, frees it; NULL is ignored. */
void cln_exchange_release(struct cln_exchange *exchange);

/* Appends the value of an Accept-Encoding header that names what answers are
   decoded from. libcurl's own header line is dearer than one of ours. */
enum cln_status cln_transport_encodings(struct cln_buffer *out);

void cln_transport_stats(const struct cln_transport *transport,
                         struct cln_transport_stats *stats);

#endif
