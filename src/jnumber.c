/*
 * JSON numbers. Owns nothing, allocates nothing: a double has at most 767
 * significant digits, so a fixed array is enough. Never blocks.
 *
 * strtod and snprintf follow the locale only in the decimal point, so strtod
 * is given none ("314e-2"), and what snprintf prints is compared digit by
 * digit.
 */
#include "jnumber.h"

#include <stdio.h>
#include <stdlib.h>

#define MAX_DIGITS 767

/* Any decimal of so many digits comes back from a double (DBL_DIG), as long
   as the double is a normal one: so the exponent must be moderate as well. */
#define SAFE_DIGITS   15
#define SAFE_EXPONENT 290

/* More than any text can shift by writing zeros. */
#define HUGE_EXPONENT 1000000000000000000LL

/* What the literal says. */
struct literal {
  const unsigned char *first; /* the first digit */
  const unsigned char *point; /* past the digits before the point */
  const unsigned char *last;  /* the last digit before the exponent */
  size_t count;               /* digits from first to last */
  uint64_t magnitude;         /* these digits; exact up to 19 of them */
  long long exponent;         /* 0 when there is none */
  bool is_integer;            /* neither fraction nor exponent */
  bool is_negative;           /* begins with "-" */
};

static bool is_digit(const unsigned char *at, const unsigned char *end)
{
  return at < end && (unsigned int)*at - '0' < 10;
}

/* What follows the "e"; *at moves past it, or to where a digit lacks. */
static bool scan_exponent(struct literal *literal, const unsigned char **at,
                          const unsigned char *end)
{
  bool is_negative = false;

  if (*at < end && (**at == '+' || **at == '-')) {
    is_negative = **at == '-';
    ++*at;
  }
  if (!is_digit(*at, end))
    return false;
  for (; is_digit(*at, end); ++*at) {
    if (literal->exponent < HUGE_EXPONENT / 10)
      literal->exponent = literal->exponent * 10 + (**at - '0');
  }
  if (is_negative)
    literal->exponent = -literal->exponent;
  return true;
}

/* Past the literal, with *is_number set; or where it is malformed. */
static const unsigned char *scan_literal(struct literal *literal,
                                         const unsigned char *at,
                                         const unsigned char *end,
                                         bool *is_number)
{
  uint64_t magnitude = 0;

  *is_number = false;
  literal->is_negative = at < end && *at == '-';
  if (literal->is_negative)
    at++;
  literal->first = at;
  for (; is_digit(at, end); at++)
    magnitude = magnitude * 10 + (*at - (uint64_t)'0');
  literal->point = at;
  literal->count = (size_t)(at - literal->first);
  literal->exponent = 0;
  literal->is_integer = true;
  if (literal->count == 0)
    return at;
  if (literal->count > 1 && *literal->first == '0')
    return literal->first + 1;
  if (at < end && *at == '.') {
    literal->is_integer = false;
    at++;
    if (!is_digit(at, end))
      return at;
    for (; is_digit(at, end); at++)
      magnitude = magnitude * 10 + (*at - (uint64_t)'0');
    literal->count = (size_t)(at - literal->first) - 1;
  }
  literal->magnitude = magnitude;
  literal->last = at - 1;
  *is_number = true;
  if (at < end && (*at == 'e' || *at == 'E')) {
    literal->is_integer = false;
    at++;
    *is_number = scan_exponent(literal, &at, end);
  }
  return at;
}

/*
 * Whether the digits from first to last (not 0 the first), which stand for an
 * integer times 10^exponent, come back from the nearest double when that is
 * printed with as many digits. "inf" and zero do not.
 */
static bool comes_back(const unsigned char *first, const unsigned char *last,
                       long long exponent)
{
  char text[MAX_DIGITS + 40]; /* digits, a point in any locale, exponent */
  char digits[MAX_DIGITS];
  size_t count = 0;
  size_t seen = 0;
  const char *printed;
  double value;

  for (; first <= last; first++) {
    if (*first == '.')
      continue;
    if (count == MAX_DIGITS)
      return false;
    digits[count++] = (char)*first;
  }
  if (exponent > 400 || exponent < -400 - MAX_DIGITS)
    return false;
  snprintf(text, sizeof(text), "%.*se%lld", (int)count, digits, exponent);
  value = strtod(text, NULL);
  snprintf(text, sizeof(text), "%.*e", (int)count - 1, value);
  for (printed = text; *printed != '\0' && *printed != 'e'; printed++) {
    if (*printed < '0' || *printed > '9')
      continue;
    if (seen == count || *printed != digits[seen])
      return false;
    seen++;
  }
  return seen == count;
}

/* The same for a whole literal: without the zeros around its digits. */
static bool decimal_comes_back(const struct literal *literal)
{
  const unsigned char *first = literal->first;
  const unsigned char *last = literal->last;
  long long exponent = literal->exponent;

  while (first <= last && (*first == '0' || *first == '.'))
    first++;
  if (first > last) /* zero, whatever its exponent */
    return true;
  while (*last == '0' || *last == '.')
    last--;
  if (last > literal->point)
    exponent -= last - literal->point;
  else
    exponent += literal->point - 1 - last;
  return comes_back(first, last, exponent);
}

/* Whether a double holds the integer: 53 bits before its trailing zeros. */
static bool is_double(uint64_t value)
{
  const uint64_t limit = UINT64_C(1) << 53;

  return value <= limit || value / (value & (0 - value)) < limit;
}

static void set_int64(struct cln_jnumber *number, uint64_t magnitude,
                      bool is_negative)
{
  uint64_t limit = (uint64_t)INT64_MAX + is_negative;

  number->fits_int64 = magnitude <= limit;
  if (!number->fits_int64)
    return;
  if (magnitude > INT64_MAX)
    number->integer = INT64_MIN;
  else
    number->integer = is_negative ? -(int64_t)magnitude : (int64_t)magnitude;
}

static bool is_safe(const struct literal *literal)
{
  /* Digits after the point lower the exponent by up to SAFE_DIGITS. */
  return literal->count <= SAFE_DIGITS && literal->exponent <= SAFE_EXPONENT &&
         literal->exponent >= SAFE_DIGITS - SAFE_EXPONENT;
}

bool cln_jnumber_scan(struct cln_jnumber *number, const unsigned char *at,
                      const unsigned char *end, bool wide_integers)
{
  struct literal literal;
  bool is_number;

  number->end = scan_literal(&literal, at, end, &is_number);
  number->fits_int64 = false;
  if (!is_number)
    return false;
  if (!literal.is_integer) {
    number->is_held = is_safe(&literal) || decimal_comes_back(&literal);
    return true;
  }
  if (literal.count <= 19)
    set_int64(number, literal.magnitude, literal.is_negative);
  /* Beyond int64 some lua-cjson saturate: never left to the parser. */
  number->is_held =
      number->fits_int64 && (wide_integers || is_double(literal.magnitude));
  return true;
}
