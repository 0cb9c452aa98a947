/*
 * Names of status codes, filling of error records, wiping, the clock.
 * Owns nothing, allocates nothing; cln_now_ms is in milliseconds. Never
 * blocks.
 */
#define _POSIX_C_SOURCE 200809L

#include "clinone.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

const char *cln_status_name(enum cln_status status)
{
  switch (status) {
#define CLN_X(symbol, name)                                                   \
  case CLN_##symbol:                                                          \
    return name;
    CLN_STATUS_MAP(CLN_X)
#undef CLN_X
  case CLN_STATUS_COUNT:
    break;
  }
  return "unknown";
}

enum cln_status cln_fail(struct cln_error *error, enum cln_status status,
                         const char *format, ...)
{
  va_list arguments;

  if (error != NULL) {
    error->status = status;
    error->message[0] = '\0'; /* stays if the format cannot be printed */
    va_start(arguments, format);
    vsnprintf(error->message, sizeof(error->message), format, arguments);
    va_end(arguments);
  }
  return status;
}

const char *cln_errno_text(int code, char text[CLN_ERRNO_TEXT_BYTES])
{
  if (strerror_r(code, text, CLN_ERRNO_TEXT_BYTES) != 0 || text[0] == '\0')
    snprintf(text, CLN_ERRNO_TEXT_BYTES, "system error %d", code);
  return text;
}

void cln_wipe(void *data, size_t len)
{
  /* The compiler cannot know what a volatile pointer points to, hence not
     that the memory is never read again. */
  void *(*volatile set)(void *, int, size_t) = memset;

  if (len > 0)
    set(data, 0, len);
}

long long cln_now_ms(void)
{
  struct timespec now = {0, 0};

  clock_gettime(CLOCK_MONOTONIC, &now);
  return (long long)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
