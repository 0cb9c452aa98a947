/*
 * HTTP dates and Retry-After. Pure functions over the caller's text; seconds
 * since 1970-01-01 UTC in, seconds or milliseconds out. Never blocks.
 */
#include "httpdate.h"

#include <stdbool.h>
#include <string.h>

#define DAY_S 86400

struct date {
  int year;   /* 1970 or later, four digits */
  int month;  /* 1..12 */
  int day;    /* 1..31 */
  int hour;   /* 0..23 */
  int minute; /* 0..59 */
  int second; /* 0..60: leap seconds */
};

static const char month_names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
static const char short_days[] = "MonTueWedThuFriSatSun";
static const char *const long_days[] = {"Monday",   "Tuesday", "Wednesday",
                                        "Thursday", "Friday",  "Saturday",
                                        "Sunday"};

/* -1 unless all `count` bytes are digits. */
static int read_digits(const char *text, size_t count)
{
  int value = 0;
  size_t i;

  for (i = 0; i < count; i++) {
    if (text[i] < '0' || text[i] > '9')
      return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

/* 1-based place of a three-letter name in a list of such, 0 if not there. */
static int find_name(const char *names, const char *text)
{
  int place;

  for (place = 1; *names != '\0'; place++) {
    if (memcmp(names, text, 3) == 0)
      return place;
    names += 3;
  }
  return 0;
}

/* "08:49:37" */
static bool read_time(struct date *date, const char *text)
{
  date->hour = read_digits(text, 2);
  date->minute = read_digits(text + 3, 2);
  date->second = read_digits(text + 6, 2);
  return text[2] == ':' && text[5] == ':' && date->hour >= 0 &&
         date->minute >= 0 && date->second >= 0;
}

/* "Sun, 06 Nov 1994 08:49:37 GMT" */
static bool read_fixdate(struct date *date, const char *text, size_t len)
{
  if (len != 29 || find_name(short_days, text) == 0 ||
      memcmp(text + 3, ", ", 2) != 0 || text[7] != ' ' || text[11] != ' ' ||
      text[16] != ' ' || memcmp(text + 25, " GMT", 4) != 0)
    return false;
  date->day = read_digits(text + 5, 2);
  date->month = find_name(month_names, text + 8);
  date->year = read_digits(text + 12, 4);
  return read_time(date, text + 17);
}

/* "Sunday, 06-Nov-94 08:49:37 GMT" */
static bool read_rfc850(struct date *date, const char *text, size_t len)
{
  const char *comma = memchr(text, ',', len);
  size_t name_len;
  size_t i;

  if (comma == NULL)
    return false;
  name_len = (size_t)(comma - text);
  for (i = 0; i < 7; i++) {
    if (strlen(long_days[i]) == name_len &&
        memcmp(long_days[i], text, name_len) == 0)
      break;
  }
  if (i == 7 || len - name_len != 24 || comma[1] != ' ' || comma[4] != '-' ||
      comma[8] != '-' || comma[11] != ' ' ||
      memcmp(comma + 20, " GMT", 4) != 0)
    return false;
  date->day = read_digits(comma + 2, 2);
  date->month = find_name(month_names, comma + 5);
  date->year = read_digits(comma + 9, 2);
  if (date->year < 0)
    return false;
  /* The century is the one in which the result exists: from 1970 on. */
  date->year += date->year < 70 ? 2000 : 1900;
  return read_time(date, comma + 12);
}

/* "Sun Nov  6 08:49:37 1994" */
static bool read_asctime(struct date *date, const char *text, size_t len)
{
  if (len != 24 || find_name(short_days, text) == 0 || text[3] != ' ' ||
      text[7] != ' ' || text[10] != ' ' || text[19] != ' ')
    return false;
  date->month = find_name(month_names, text + 4);
  date->day =
      text[8] == ' ' ? read_digits(text + 9, 1) : read_digits(text + 8, 2);
  date->year = read_digits(text + 20, 4);
  return read_time(date, text + 11);
}

static bool is_leap(int year)
{
  return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int days_in_month(int year, int month)
{
  if (month == 2)
    return is_leap(year) ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

static bool exists(const struct date *date)
{
  return date->year >= 1970 && date->month >= 1 && date->day >= 1 &&
         date->day <= days_in_month(date->year, date->month) &&
         date->hour <= 23 && date->minute <= 59 && date->second <= 60;
}

static long long days_since_1970(const struct date *date)
{
  int past = date->year - 1;
  long long days = 365LL * (date->year - 1970);
  int month;

  /* 477 leap days lie between the years 1 and 1969. */
  days += past / 4 - past / 100 + past / 400 - 477;
  for (month = 1; month < date->month; month++)
    days += days_in_month(date->year, month);
  return days + date->day - 1;
}

long long cln_httpdate_parse(const char *text, size_t len)
{
  struct date date;

  if (len < 24) /* the shortest form; text may be NULL when len is 0 */
    return -1;
  /* The day's name must be one, but need not fit the date: it adds nothing. */
  if (!read_fixdate(&date, text, len) && !read_rfc850(&date, text, len) &&
      !read_asctime(&date, text, len))
    return -1;
  if (!exists(&date))
    return -1;
  return days_since_1970(&date) * DAY_S + date.hour * 3600LL +
         date.minute * 60LL + date.second;
}

/* Seconds, at most a day; -1 when text is no number. */
static long long read_delta_s(const char *text, size_t len)
{
  long long delta_s = 0;
  size_t i;

  if (len == 0)
    return -1;
  for (i = 0; i < len; i++) {
    if (text[i] < '0' || text[i] > '9')
      return -1;
    delta_s = delta_s * 10 + (text[i] - '0');
    if (delta_s > DAY_S)
      delta_s = DAY_S;
  }
  return delta_s;
}

long long cln_retry_after_ms(const char *text, size_t len, long long now_s)
{
  long long wait_s = read_delta_s(text, len);
  long long date_s;

  if (wait_s < 0) {
    date_s = cln_httpdate_parse(text, len);
    if (date_s < 0)
      return -1;
    if (date_s <= now_s)
      wait_s = 0;
    else if (now_s < date_s - DAY_S)
      wait_s = DAY_S;
    else
      wait_s = date_s - now_s;
  }
  return wait_s * 1000;
}
