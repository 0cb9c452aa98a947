/*
 * Bytes as text: hexadecimal, Base64 (RFC 4648 section 4) and Base64url
 * without padding (section 5, as JWTs have it). Appends to a caller's
 * buffer; never blocks.
 */
#ifndef CLN_ENCODING_H
#define CLN_ENCODING_H

#include "buffer.h"

/* Lower-case digits. */
enum cln_status cln_hex_encode(struct cln_buffer *out, const void *data,
                               size_t len);

/* With padding. */
enum cln_status cln_base64_encode(struct cln_buffer *out, const void *data,
                                  size_t len);

/* Takes no padding and no white space; anything else is CLN_VALIDATION. */
enum cln_status cln_base64url_decode(struct cln_buffer *out, const char *text,
                                     size_t len);

#endif
