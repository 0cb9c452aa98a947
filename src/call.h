/*
 * One call as a state machine without I/O: deadline, attempts, retry class,
 * retry budget, back-off, token renewal. Its owner asks cln_call_next what to
 * do, does it, reports how it went, and asks again until DONE. Owns nothing;
 * budget and random are the client's. Times are milliseconds of cln_now_ms.
 * Never blocks.
 */
#ifndef CLN_CALL_H
#define CLN_CALL_H

#include <stdbool.h>

#include "auth.h"
#include "random.h"

/* What the owner is to do next. */
enum cln_action {
  CLN_ATTEMPT, /* send the request once, then cln_call_attempt_over */
  CLN_WAIT,    /* let time pass until wait_until_ms, then ask again */
  CLN_TOKEN,   /* get a token newer than token_generation, then
                  cln_call_token_over */
  CLN_DONE     /* finished: read the struct */
};

enum cln_retry_class {
  CLN_RETRY_SAFE, /* may be sent again at any time: GET, PUT, DELETE, ... */
  CLN_RETRY_NEVER /* only where it surely was not applied: POST, PATCH */
};

/* Whether the server may have acted on the request. */
enum cln_outcome {
  CLN_OUTCOME_NOT_SENT, /* nothing was written */
  CLN_OUTCOME_REJECTED, /* the server said no */
  CLN_OUTCOME_UNKNOWN,  /* it may have been applied */
  CLN_OUTCOME_OK        /* 2xx */
};

/* How one attempt ended, as the transport saw it. */
struct cln_attempt {
  enum cln_status status;   /* CLN_OK: an answer came, whatever it says */
  int http_status;          /* 0 without an answer */
  bool written;             /* request bytes may have left this machine */
  bool stale_connection;    /* a kept connection died before an answer */
  bool permanent;           /* trying again cannot help (a certificate) */
  long long retry_after_ms; /* -1 when the answer named none */
};

/* Retry budget of a client: a retry takes 1, a new call puts back refill. */
struct cln_budget {
  double level;    /* what is left */
  double capacity; /* the most it holds */
  double refill;   /* put back by each new call */
};

struct cln_call_options {
  enum cln_retry_class retry_class;
  int max_attempts;      /* >= 1 */
  double base_ms;        /* back-off: random in [0, base * 2^n] ... */
  double cap_ms;         /* ... but never above this */
  long long deadline_ms; /* absolute; covers everything */
  bool needs_token;      /* send with a bearer token */
  bool token_renewable;  /* a 401 may be cured by a new one */
  bool retry_503;        /* 503 with Retry-After was surely not applied */
};

struct cln_call {
  struct cln_call_options options;
  struct cln_budget *budget; /* not owned */
  struct cln_random *random; /* not owned */

  /* For the owner, while it acts. */
  long long wait_until_ms;   /* WAIT */
  unsigned token_generation; /* TOKEN: newer than this; 0: any */
  bool token_optional;       /* TOKEN: the old one still serves */
  bool fresh_connection;     /* ATTEMPT: do not use a kept connection */

  /* The result, once DONE; http_status and status of the last attempt. */
  enum cln_status status; /* CLN_OK, or the kind of failure */
  enum cln_outcome outcome;
  int http_status;
  int attempts;             /* attempts made */
  int retries;              /* of them, those beyond the first */
  bool recovered;           /* an earlier, lost attempt turned out applied */
  bool token_failed;        /* ended because no token could be had */
  long long retry_after_ms; /* named by the last answer, or -1 */

  /* Inner state. */
  enum {
    CLN_CALL_READY,   /* may go out, if there is a token */
    CLN_CALL_FLYING,  /* an attempt is under way */
    CLN_CALL_WAITING, /* backing off */
    CLN_CALL_ENDED
  } phase;
  bool token_asked;    /* a refresh ahead was offered already */
  bool token_replayed; /* the one replay after a 401 was used */
  bool revived;        /* the one retry of a stale connection was used */
  bool lost_answer;    /* a write's fate is unknown (safe class only) */
  bool is_delete;      /* a 404 after a lost answer is a success */
  bool is_read;        /* GET, HEAD, OPTIONS: nothing to be applied */
};

void cln_budget_init(struct cln_budget *budget, double capacity,
                     double refill);

/* method: a DELETE and reads are told apart; deadline and class from options.
 */
void cln_call_init(struct cln_call *call,
                   const struct cln_call_options *options, const char *method,
                   struct cln_budget *budget, struct cln_random *random);

/* What to do next. store may be NULL when the call needs no token. */
enum cln_action cln_call_next(struct cln_call *call,
                              const struct cln_token_store *store,
                              long long now_ms);

/* generation: that of the token the attempt was sent with. */
void cln_call_attempt_over(struct cln_call *call,
                           const struct cln_attempt *attempt,
                           unsigned generation, long long now_ms);

/* After TOKEN: CLN_OK, or why there is none. */
void cln_call_token_over(struct cln_call *call, enum cln_status status);

/* Ends the call from outside. During an attempt CANCELLED and the like leave
   its fate unknown; kinds that refuse before sending (CONFIG, VALIDATION,
   SCOPE, BUSY, PHASE) say that it never began. An ended call stays as it
   is. */
void cln_call_end(struct cln_call *call, enum cln_status status);

/* The same call may be made again without harm, and might then succeed. */
bool cln_call_retryable(const struct cln_call *call);

const char *cln_outcome_name(enum cln_outcome outcome);

#endif
