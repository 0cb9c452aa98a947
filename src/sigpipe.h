/*
 * Keeps SIGPIPE away from the host program while this thread may write to a
 * dead peer. OpenSSL writes with plain write(), and the host's signal
 * handlers are not ours to change: the signal is blocked, and swallowed if it
 * came meanwhile. Never blocks.
 */
#ifndef CLN_SIGPIPE_H
#define CLN_SIGPIPE_H

#include <signal.h>
#include <stdbool.h>

struct cln_sigpipe {
  sigset_t before;  /* the thread's mask, put back at the end */
  bool was_pending; /* one was there already: not ours to swallow */
};

void cln_sigpipe_hold(struct cln_sigpipe *hold);
void cln_sigpipe_restore(const struct cln_sigpipe *hold);

#endif
