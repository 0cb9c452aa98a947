/* The userdata of transports and timers, for the files that use them. */
#ifndef LCLN_TRANSPORT_H
#define LCLN_TRANSPORT_H

#include "lbind.h"
#include "transport.h"

/* How long one drive may block before Lua gets to see a signal. */
#define LCLN_SLICE_MS 500

struct lcln_transport {
  struct cln_transport *transport; /* owned; NULL once closed */
};

struct lcln_timer {
  struct lcln_transport *owner;  /* kept alive by the companion table */
  struct cln_exchange *exchange; /* owned; NULL once released */
};

/* Raises "client is closed" on a closed one. */
struct lcln_transport *lcln_check_transport(lua_State *L, int index);

/* Blocks for at most LCLN_SLICE_MS; pushes whether the exchange is done. */
int lcln_drive(lua_State *L, struct lcln_transport *owner,
               const struct cln_exchange *exchange);

#endif
