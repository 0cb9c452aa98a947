/* See sigpipe.h. */
#define _POSIX_C_SOURCE 200809L

#include "sigpipe.h"

#include <pthread.h>

static bool is_pending(void)
{
  sigset_t pending;

  sigemptyset(&pending);
  sigpending(&pending);
  return sigismember(&pending, SIGPIPE) == 1;
}

void cln_sigpipe_hold(struct cln_sigpipe *hold)
{
  sigset_t sigpipe;

  sigemptyset(&sigpipe);
  sigaddset(&sigpipe, SIGPIPE);
  hold->was_pending = is_pending();
  pthread_sigmask(SIG_BLOCK, &sigpipe, &hold->before);
}

void cln_sigpipe_restore(const struct cln_sigpipe *hold)
{
  sigset_t sigpipe;
  int caught;

  if (!hold->was_pending && is_pending()) {
    sigemptyset(&sigpipe);
    sigaddset(&sigpipe, SIGPIPE);
    sigwait(&sigpipe, &caught);
  }
  pthread_sigmask(SIG_SETMASK, &hold->before, NULL);
}
