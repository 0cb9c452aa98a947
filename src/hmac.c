/*
 * See hmac.h. Everything derived from the secret or the body lives in
 * buffers that are wiped.
 */
#define _POSIX_C_SOURCE 200809L

#include "hmac.h"

#include <stdio.h>
#include <time.h>

#include "encoding.h"
#include "sha256.h"

#define MAX_OPTION_BYTES (64 * 1024)
#define MAX_SIGNED_BYTES ((size_t)1 << 30)

struct fields {
  const struct cln_hmac *hmac;       /* the recipe */
  const struct cln_request *request; /* NULL while only checking */
  struct cln_url url;                /* of the request */
  const char *timestamp;             /* NUL-terminated */
  const char *nonce;                 /* NUL-terminated */
  const char *signature;             /* NULL in the canonical template */
};

void cln_hmac_init(struct cln_hmac *hmac)
{
  memset(hmac, 0, sizeof(*hmac));
  cln_buffer_init(&hmac->key, MAX_OPTION_BYTES);
  cln_buffer_init_secret(&hmac->secret, MAX_OPTION_BYTES);
  cln_buffer_init(&hmac->header, MAX_OPTION_BYTES);
  cln_buffer_init(&hmac->format, MAX_OPTION_BYTES);
  cln_buffer_init(&hmac->canonical, MAX_OPTION_BYTES);
}

void cln_hmac_free(struct cln_hmac *hmac)
{
  if (!hmac)
    return;
  cln_buffer_free(&hmac->key);
  cln_buffer_free(&hmac->secret);
  cln_buffer_free(&hmac->header);
  cln_buffer_free(&hmac->format);
  cln_buffer_free(&hmac->canonical);
}

static enum cln_status append_body_digest(struct cln_buffer *out,
                                          const struct cln_request *request,
                                          struct cln_error *error)
{
  unsigned char digest[CLN_SHA256_BYTES];
  struct cln_body_reader reader;
  struct cln_sha256 hash;
  char piece[4096];
  size_t len;

  if (request->files.count == 0) {
    cln_sha256(request->body.data, request->body.len, digest);
    return cln_hex_encode(out, digest, sizeof(digest));
  }
  cln_sha256_init(&hash);
  cln_body_reader_init(&reader, &request->body, &request->files);
  do {
    enum cln_status status =
        cln_body_read(&reader, piece, sizeof(piece), &len, error);
    if (status != CLN_OK)
      return status;
    cln_sha256_update(&hash, piece, len);
  } while (len > 0);
  cln_sha256_final(&hash, digest);
  return cln_hex_encode(out, digest, sizeof(digest));
}

static enum cln_status append_body(struct cln_buffer *out,
                                   const struct cln_request *request,
                                   struct cln_error *error)
{
  if (request->files.count > 0)
    return cln_fail(error, CLN_VALIDATION,
                    "the body holds a file, which cannot be signed by {body}; "
                    "use {body_sha256}");
  return cln_buffer_append(out, request->body.data, request->body.len);
}

static bool is_name(const char *text, size_t len, const char *name)
{
  return strlen(name) == len && memcmp(text, name, len) == 0;
}

/* Appends the value of one placeholder; CLN_CONFIG if there is none such.
   With out NULL it only says whether it exists. */
static enum cln_status append_field(struct cln_buffer *out,
                                    const struct fields *fields,
                                    const char *name, size_t len,
                                    struct cln_error *error)
{
  const struct cln_request *request = fields->request;

#define TEXT(text)       (out ? cln_buffer_append_text(out, text) : CLN_OK)
#define BYTES(data, len) (out ? cln_buffer_append(out, data, len) : CLN_OK)
  if (is_name(name, len, "key"))
    return BYTES(fields->hmac->key.data, fields->hmac->key.len);
  if (is_name(name, len, "method"))
    return TEXT(request->method);
  if (is_name(name, len, "url"))
    return TEXT(request->url.data);
  if (is_name(name, len, "host"))
    return BYTES(fields->url.host.text, fields->url.host.len);
  if (is_name(name, len, "path"))
    return BYTES(fields->url.path.text, fields->url.path.len);
  if (is_name(name, len, "query"))
    return BYTES(fields->url.query.text, fields->url.query.len);
  if (is_name(name, len, "timestamp"))
    return TEXT(fields->timestamp);
  if (is_name(name, len, "nonce"))
    return TEXT(fields->nonce);
  if (is_name(name, len, "body"))
    return out ? append_body(out, request, error) : CLN_OK;
  if (is_name(name, len, "body_sha256"))
    return out ? append_body_digest(out, request, error) : CLN_OK;
  if (is_name(name, len, "signature") && fields->signature)
    return TEXT(fields->signature);
#undef TEXT
#undef BYTES
  return CLN_CONFIG;
}

static enum cln_status expand(struct cln_buffer *out,
                              const struct fields *fields,
                              const struct cln_buffer *source,
                              struct cln_error *error)
{
  enum cln_status status = CLN_OK;
  size_t at = 0;

  while (at < source->len && status == CLN_OK) {
    const char *text = source->data + at;
    size_t left = source->len - at;
    const char *close = *text == '{' ? memchr(text, '}', left) : NULL;

    if (close) {
      size_t len = (size_t)(close - text) - 1;
      status = append_field(out, fields, text + 1, len, error);
      if (status == CLN_CONFIG)
        return cln_fail(error, CLN_CONFIG,
                        "the HMAC template has no placeholder {%.*s} here",
                        (int)(len > 40 ? 40 : len), text + 1);
      if (status == CLN_VALIDATION)
        return status; /* said */
      at += len + 2;
    } else {
      if (out)
        status = cln_buffer_append_char(out, *text);
      at++;
    }
  }
  if (status != CLN_OK)
    return cln_fail(error, status, "the text to be signed is too large");
  return CLN_OK;
}

static enum cln_status check_name(const struct cln_buffer *name,
                                  struct cln_error *error)
{
  size_t i;

  for (i = 0; i < name->len; i++)
    if (name->data[i] <= ' ' || name->data[i] > '~' || name->data[i] == ':')
      break;
  if (name->len == 0 || i < name->len)
    return cln_fail(error, CLN_CONFIG,
                    "the HMAC header's name is empty or holds a character "
                    "that HTTP forbids");
  return CLN_OK;
}

enum cln_status cln_hmac_check(const struct cln_hmac *hmac,
                               struct cln_error *error)
{
  static const char wanted[] = "{signature}";
  struct fields fields = {hmac, NULL, {0}, "", "", NULL};
  enum cln_status status = check_name(&hmac->header, error);
  size_t i;

  if (status == CLN_OK && hmac->secret.len == 0)
    status = cln_fail(error, CLN_CONFIG, "the HMAC secret is empty");
  if (status == CLN_OK)
    status = expand(NULL, &fields, &hmac->canonical, error);
  if (status != CLN_OK)
    return status;
  fields.signature = "";
  status = expand(NULL, &fields, &hmac->format, error);
  if (status != CLN_OK)
    return status;
  for (i = 0; i + sizeof(wanted) - 1 <= hmac->format.len; i++)
    if (memcmp(hmac->format.data + i, wanted, sizeof(wanted) - 1) == 0)
      return CLN_OK;
  return cln_fail(error, CLN_CONFIG, "the HMAC format must hold {signature}");
}

static void write_timestamp(const struct cln_hmac *hmac, long long now_s,
                            char text[40])
{
  time_t now = (time_t)now_s;
  struct tm utc;

  if (hmac->iso_time && gmtime_r(&now, &utc))
    snprintf(text, 40, "%04d-%02d-%02dT%02d:%02d:%02dZ", utc.tm_year + 1900,
             utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec);
  else
    snprintf(text, 40, "%lld", now_s);
}

static enum cln_status write_signature(const struct cln_hmac *hmac,
                                       const struct fields *fields,
                                       struct cln_buffer *signature,
                                       struct cln_error *error)
{
  unsigned char digest[CLN_SHA256_BYTES];
  struct cln_buffer text;
  enum cln_status status;

  cln_buffer_init_secret(&text, MAX_SIGNED_BYTES);
  status = expand(&text, fields, &hmac->canonical, error);
  if (status == CLN_OK) {
    cln_hmac_sha256(hmac->secret.data, hmac->secret.len, text.data, text.len,
                    digest);
    status = hmac->hex ? cln_hex_encode(signature, digest, sizeof(digest))
                       : cln_base64_encode(signature, digest, sizeof(digest));
  }
  if (status == CLN_OK)
    status = cln_buffer_append_char(signature, '\0');
  cln_buffer_free(&text);
  return status;
}

/* A template may name {body} or {url}; neither may break the header line. */
static enum cln_status check_line(const struct cln_buffer *line,
                                  struct cln_error *error)
{
  size_t i;

  for (i = 0; i < line->len; i++)
    if ((unsigned char)line->data[i] < 0x20 || line->data[i] == 0x7f)
      return cln_fail(error, CLN_CONFIG,
                      "the HMAC header would hold a control character");
  return CLN_OK;
}

static enum cln_status write_line(const struct cln_hmac *hmac,
                                  const struct fields *fields,
                                  struct cln_buffer *line,
                                  struct cln_error *error)
{
  enum cln_status status;

  cln_buffer_reset(line);
  status = cln_buffer_append(line, hmac->header.data, hmac->header.len);
  if (status == CLN_OK)
    status = cln_buffer_append_text(line, ": ");
  if (status != CLN_OK)
    return cln_fail(error, status, "the HMAC header is too large");
  status = expand(line, fields, &hmac->format, error);
  if (status == CLN_OK)
    status = check_line(line, error);
  if (status == CLN_OK)
    status = cln_buffer_append_char(line, '\0');
  return status;
}

enum cln_status cln_hmac_sign(const struct cln_hmac *hmac,
                              const struct cln_request *request,
                              long long now_s, const char *nonce,
                              struct cln_buffer *line, struct cln_error *error)
{
  struct fields fields = {hmac, request, {0}, NULL, nonce, NULL};
  struct cln_buffer signature;
  char timestamp[40];
  enum cln_status status;

  write_timestamp(hmac, now_s, timestamp);
  fields.timestamp = timestamp;
  status = cln_url_parse(&fields.url, request->url.data, request->url.len - 1,
                         error);
  if (status != CLN_OK)
    return status;

  cln_buffer_init_secret(&signature, MAX_OPTION_BYTES);
  status = write_signature(hmac, &fields, &signature, error);
  if (status == CLN_OK) {
    fields.signature = signature.data;
    status = write_line(hmac, &fields, line, error);
  }
  cln_buffer_free(&signature);
  return status;
}
