/*
 * See transport_job.h: the transport's own copies of the option texts.
 */
#define _POSIX_C_SOURCE 200809L

#include <stdlib.h>
#include <string.h>

#include "transport_job.h"

static const char **option_text(struct cln_transport_options *options, int i)
{
  const char **const texts[] = {
      &options->ca_file, &options->client_cert, &options->client_key,
      &options->client_key_password, &options->proxy};

  return i < (int)(sizeof(texts) / sizeof(texts[0])) ? texts[i] : NULL;
}

enum cln_status cln_transport_options_copy(
    struct cln_transport_options *to, const struct cln_transport_options *from)
{
  enum cln_status status = CLN_OK;
  const char **text;
  int i;

  *to = *from;
  for (i = 0; (text = option_text(to, i)) != NULL; i++) {
    if (!*text)
      continue;
    *text = status == CLN_OK ? strdup(*text) : NULL;
    if (!*text)
      status = CLN_NOMEM;
  }
  return status;
}

void cln_transport_options_free(struct cln_transport_options *options)
{
  const char **text;
  int i;

  for (i = 0; (text = option_text(options, i)) != NULL; i++) {
    if (!*text)
      continue;
    cln_wipe((void *)*text, strlen(*text));
    free((void *)*text);
    *text = NULL;
  }
}
