/*
 * Parameters put in their places: a Lua table of values becomes a request.
 */
#ifndef LCLN_BUILD_H
#define LCLN_BUILD_H

#include "lsession.h"

/* Why a call was refused before anything was sent. */
struct lcln_refusal {
  const char *reason;         /* "missing", "unknown", "type", "value",
                                 "bound", "json", "header", "url" */
  int key;                    /* stack index of the key concerned, or 0 */
  struct lcln_json_path path; /* where in the key's value, or "" */
  struct cln_error error;     /* what is wrong; never a value */
};

/*
 * Fills request from the arguments of session:begin: params at index 3 (nil
 * or a table), bound identifiers at 4 (nil or a table), options at 5. Pushes
 * onto the stack either nothing or a table of warnings (returned in *warnings
 * as its index, else 0). False: refused. Raises only for lack of memory, and
 * leaves the request in a state that can be freed.
 */
bool lcln_build(lua_State *L, const struct lcln_session *session,
                const struct lcln_operation *operation, int companion,
                struct cln_request *request, int *warnings,
                struct lcln_refusal *refusal);

#endif
