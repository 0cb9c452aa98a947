/*
 * See jmembers.h. No recursion: which brackets are open is one bit each.
 */
#include "jmembers.h"

#include <string.h>

#include "jstring.h"

static const char byte_order_mark[] = "\xef\xbb\xbf";

void cln_jmembers_start(struct cln_jmembers *members, const char *text,
                        size_t len, int max_depth)
{
  if (len == 0)
    text = ""; /* it may be NULL, which has no end */
  members->text = (const unsigned char *)text;
  members->at = members->text;
  members->end = members->text + len;
  if (len >= 3 && memcmp(text, byte_order_mark, 3) == 0)
    members->at += 3;
  members->max_depth =
      max_depth < CLN_JMEMBERS_MAX_DEPTH ? max_depth : CLN_JMEMBERS_MAX_DEPTH;
  members->begun = false;
}

static enum cln_status refuse(const struct cln_jmembers *members,
                              const unsigned char *at, const char *fault,
                              struct cln_error *error)
{
  return cln_fail(error, CLN_JSON, "%s, at byte offset %zu", fault,
                  (size_t)(at - members->text));
}

/* The next byte that is no white space; 0 at the end. (A NUL in the text is
   nowhere allowed, either.) */
static unsigned char peek(struct cln_jmembers *members)
{
  const unsigned char *at = members->at;
  const unsigned char *end = members->end;

  while (at < end && (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t'))
    at++;
  members->at = at;
  return at < end ? *at : '\0';
}

/* at is past an opening quote; past the closing one, or NULL. */
static const unsigned char *skip_string(const unsigned char *at,
                                        const unsigned char *end)
{
  const unsigned char *start = at;

  for (;;) {
    const unsigned char *quote = memchr(at, '"', (size_t)(end - at));
    const unsigned char *before = quote;
    if (!quote)
      return NULL;
    while (before > start && before[-1] == '\\')
      before--;
    at = quote + 1;
    if ((quote - before) % 2 == 0)
      return at;
    start = at; /* a counted backslash is not counted again */
  }
}

/* The next quote or bracket, or end. "{" and "[", "}" and "]" differ in one
   bit only. */
static const unsigned char *find_structure(const unsigned char *at,
                                           const unsigned char *end)
{
  for (; at < end; at++) {
    unsigned char byte = *at | 0x20;
    if (*at == '"' || byte == '{' || byte == '}')
      break;
  }
  return at;
}

static void note_bracket(struct cln_jmembers *members, int depth,
                         bool is_array)
{
  unsigned char bit = (unsigned char)(1u << (depth % 8));
  unsigned char *byte = &members->arrays[depth / 8];

  *byte = (unsigned char)(is_array ? *byte | bit : *byte & ~bit);
}

static bool is_array_at(const struct cln_jmembers *members, int depth)
{
  return members->arrays[depth / 8] >> (depth % 8) & 1;
}

/* at is an opening bracket, inside the object; at ends past the closing
   one. */
static enum cln_status skip_container(struct cln_jmembers *members,
                                      struct cln_error *error)
{
  const unsigned char *at = members->at;
  int depth = 1;

  for (;;) {
    at = find_structure(at, members->end);
    if (at == members->end)
      return refuse(members, at, "the text ends inside an array or object",
                    error);
    switch (*at) {
    case '"':
      at = skip_string(at + 1, members->end);
      if (!at)
        return refuse(members, members->end, "the text ends inside a string",
                      error);
      break;
    case '{':
    case '[':
      if (++depth > members->max_depth)
        return cln_fail(error, CLN_TOO_LARGE,
                        "nested deeper than %d levels, at byte offset %zu",
                        members->max_depth, (size_t)(at - members->text));
      note_bracket(members, depth, *at == '[');
      at++;
      break;
    default: {
      bool is_array = is_array_at(members, depth);
      if (*at != (is_array ? ']' : '}'))
        return refuse(members, at,
                      is_array ? "expected \",\" or \"]\""
                               : "expected \",\" or \"}\"",
                      error);
      at++;
      if (--depth == 1) {
        members->at = at;
        return CLN_OK;
      }
    }
    }
  }
}

/* A number or a word, whatever it says. */
static enum cln_status skip_scalar(struct cln_jmembers *members,
                                   struct cln_error *error)
{
  const unsigned char *start = members->at;
  const unsigned char *at = start;

  for (; at < members->end; at++)
    if (*at <= ' ' || strchr(",:\"[]{}", *at))
      break;
  members->at = at;
  return at > start ? CLN_OK : refuse(members, at, "expected a value", error);
}

static enum cln_status skip_value(struct cln_jmembers *members,
                                  struct cln_error *error)
{
  switch (peek(members)) {
  case '{':
  case '[':
    return skip_container(members, error);
  case '"': {
    const unsigned char *past = skip_string(members->at + 1, members->end);
    if (!past)
      return refuse(members, members->end, "the text ends inside a string",
                    error);
    members->at = past;
    return CLN_OK;
  }
  default:
    return skip_scalar(members, error);
  }
}

static enum cln_status read_key(struct cln_jmembers *members,
                                struct cln_jmember *member,
                                struct cln_error *error)
{
  struct cln_jstring string;

  if (peek(members) != '"')
    return refuse(members, members->at, "expected a key in quotes", error);
  members->at++;
  if (!cln_jstring_scan(&string, members->at, members->end))
    return refuse(members, string.end, string.fault, error);
  member->key = (const char *)members->at;
  member->key_len = (size_t)(string.end - members->at);
  member->key_escaped = string.is_escaped;
  members->at = string.end + 1;
  if (peek(members) != ':')
    return refuse(members, members->at, "expected \":\"", error);
  members->at++;
  return CLN_OK;
}

/* at is the closing brace. */
static enum cln_status finish(struct cln_jmembers *members,
                              struct cln_jmember *member,
                              struct cln_error *error)
{
  members->at++;
  peek(members);
  if (members->at < members->end)
    return refuse(members, members->at, "bytes after the value", error);
  member->key = NULL;
  return CLN_OK;
}

enum cln_status cln_jmembers_next(struct cln_jmembers *members,
                                  struct cln_jmember *member,
                                  struct cln_error *error)
{
  unsigned char next = peek(members);
  enum cln_status status;

  if (!members->begun) {
    if (next != '{')
      return refuse(members, members->at, "expected an object", error);
    members->begun = true;
    members->at++;
    if (peek(members) == '}')
      return finish(members, member, error);
  } else if (next == '}') {
    return finish(members, member, error);
  } else if (next == ',') {
    members->at++;
  } else {
    return refuse(members, members->at,
                  members->at == members->end
                      ? "the text ends inside an array or object"
                      : "expected \",\" or \"}\"",
                  error);
  }
  status = read_key(members, member, error);
  if (status != CLN_OK)
    return status;
  peek(members);
  member->value = (const char *)members->at;
  status = skip_value(members, error);
  member->value_len = (size_t)((const char *)members->at - member->value);
  return status;
}
