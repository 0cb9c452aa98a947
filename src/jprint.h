/*
 * The JSON printer's small parts: strings and numbers, appended to a
 * caller's buffer. Nesting is the walk's (ljson.c), which knows Lua values.
 * Allocates only through the buffer; never blocks; no locale.
 */
#ifndef CLN_JPRINT_H
#define CLN_JPRINT_H

#include <stdint.h>

#include "buffer.h"

/*
 * The text in quotes. Escapes the quote, the backslash, and control
 * characters (short forms \b \f \n \r \t, else \u00XX lower-case digits);
 * 0x7f and "/" stand as they are. Invalid UTF-8: CLN_VALIDATION, and the
 * buffer is cut back to where it was.
 */
enum cln_status cln_jprint_string(struct cln_buffer *out, const char *text,
                                  size_t len);

enum cln_status cln_jprint_integer(struct cln_buffer *out, int64_t value);

/*
 * The shortest of %.15g, %.16g, %.17g that reads back as the same double.
 * An integral value up to 2^53 in magnitude prints as an integer ("5", never
 * "5.0" or "5e3"), and negative zero as "-0". NaN and infinities:
 * CLN_VALIDATION, nothing appended.
 */
enum cln_status cln_jprint_number(struct cln_buffer *out, double value);

#endif
