/* The userdata of calls: lcall.c drives it, lresult.c reads it. */
#ifndef LCLN_CALL_BOX_H
#define LCLN_CALL_BOX_H

#include "lbuild.h"

struct lcln_call {
  struct cln_call state;           /* what to do next */
  struct lcln_session *session;    /* kept alive by the companion */
  struct lcln_transport *owner;    /* likewise */
  struct cln_request request;      /* as built; the same for each attempt */
  struct cln_buffer authorization; /* header line of the last attempt */
  struct cln_exchange *exchange;   /* last attempt; NULL before the first */
  struct cln_sink *sink;           /* save_to; NULL: the answer is held */
  bool flying;                     /* an attempt was started, not yet judged */
  bool finished;                   /* given back; waits for its next use */
  bool anonymous;                  /* no token, no signature */
  unsigned generation;             /* of the token that was sent */
  long long started_ms;            /* when the call began */
  long long ended_ms;              /* when it was done; 0 before */
  long connect_ms, idle_ms;        /* of each attempt */
  char id[CLN_UUID_LEN + 1];       /* request id, the same for all attempts */
};

static inline struct lcln_call *lcln_check_call(lua_State *L)
{
  return lcln_check(L, 1, LCLN_CALL, "call expected");
}

/* lresult.c; registered in lcall.c's table of methods. */
int Lcln_call_id(lua_State *L);
int Lcln_call_progress(lua_State *L);
int Lcln_call_deadline(lua_State *L);
int Lcln_call_request(lua_State *L);
int Lcln_call_result(lua_State *L);
int Lcln_call_verdict(lua_State *L);

#endif
