/*
 * Percent-encoding: values on their way into a URL or a form. Owns nothing:
 * the caller's buffer takes the result. Lengths are bytes. Never blocks.
 */
#include "url.h"
#include "urltext.h"

/* RFC 3986 section 2.3. */
static bool is_unreserved(char byte)
{
  return cln_is_alphanumeric(byte) || byte == '-' || byte == '.' ||
         byte == '_' || byte == '~';
}

static bool has_control(const char *text, size_t len)
{
  unsigned char byte;
  size_t i;

  for (i = 0; i < len; i++) {
    byte = (unsigned char)text[i];
    if (byte < ' ' || byte == 0x7f)
      return true;
  }
  return false;
}

static enum cln_status append_byte_escaped(struct cln_buffer *out, char byte)
{
  static const char digits[] = "0123456789ABCDEF";
  char escape[3];

  escape[0] = '%';
  escape[1] = digits[(unsigned char)byte >> 4];
  escape[2] = digits[(unsigned char)byte & 0x0f];
  return cln_buffer_append(out, escape, sizeof(escape));
}

enum cln_status cln_url_append_escaped(struct cln_buffer *out,
                                       const char *value, size_t len)
{
  enum cln_status status = CLN_OK;
  size_t start = 0;
  size_t at;

  for (at = 0; at < len && status == CLN_OK; at++) {
    if (is_unreserved(value[at]))
      continue;
    status = cln_buffer_append(out, value + start, at - start);
    if (status == CLN_OK)
      status = append_byte_escaped(out, value[at]);
    start = at + 1;
  }
  if (status != CLN_OK || start == len)
    return status;
  return cln_buffer_append(out, value + start, len - start);
}

enum cln_status cln_url_append_segment(struct cln_buffer *out,
                                       const char *value, size_t len,
                                       const char *name,
                                       struct cln_error *error)
{
  enum cln_status status;

  if (len == 0)
    return cln_fail(error, CLN_VALIDATION, "%s must not be empty", name);
  if (value[0] == '.' && (len == 1 || (len == 2 && value[1] == '.')))
    return cln_fail(error, CLN_VALIDATION,
                    "%s must not be \".\" or \"..\": it would name another "
                    "route",
                    name);
  if (has_control(value, len))
    return cln_fail(error, CLN_VALIDATION,
                    "%s must not hold a control character", name);
  status = cln_url_append_escaped(out, value, len);
  if (status == CLN_TOO_LARGE)
    return cln_fail(error, status, "%s does not fit into the URL", name);
  if (status != CLN_OK)
    return cln_fail(error, status, "not enough memory");
  return CLN_OK;
}
