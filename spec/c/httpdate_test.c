/* httpdate.c: the three forms of dates, and Retry-After. */
#include "../../src/httpdate.h"
#include "test.h"

#define DAY_MS 86400000

static const struct {
  const char *text;
  long long seconds;
} dates[] = {
    {"Sun, 06 Nov 1994 08:49:37 GMT", 784111777LL},
    {"Sunday, 06-Nov-94 08:49:37 GMT", 784111777LL},
    {"Sun Nov  6 08:49:37 1994", 784111777LL},
    {"Thu, 01 Jan 1970 00:00:00 GMT", 0LL},
    {"Thursday, 01-Jan-70 00:00:00 GMT", 0LL},
    {"Thu Jan  1 00:00:00 1970", 0LL},
    {"Tue, 29 Feb 2000 12:00:00 GMT", 951825600LL},
    {"Tuesday, 29-Feb-00 12:00:00 GMT", 951825600LL},
    {"Tue Feb 29 12:00:00 2000", 951825600LL},
    {"Thu, 29 Feb 2024 23:59:59 GMT", 1709251199LL},
    {"Thursday, 29-Feb-24 23:59:59 GMT", 1709251199LL},
    {"Thu Feb 29 23:59:59 2024", 1709251199LL},
    {"Wed, 31 Dec 2025 23:59:59 GMT", 1767225599LL},
    {"Wednesday, 31-Dec-25 23:59:59 GMT", 1767225599LL},
    {"Wed Dec 31 23:59:59 2025", 1767225599LL},
    {"Thu, 01 Jan 2026 00:00:00 GMT", 1767225600LL},
    {"Thursday, 01-Jan-26 00:00:00 GMT", 1767225600LL},
    {"Thu Jan  1 00:00:00 2026", 1767225600LL},
    {"Tue, 19 Jan 2038 03:14:08 GMT", 2147483648LL},
    {"Tuesday, 19-Jan-38 03:14:08 GMT", 2147483648LL},
    {"Tue Jan 19 03:14:08 2038", 2147483648LL},
    {"Mon, 01 Mar 2100 00:00:00 GMT", 4107542400LL},
    {"Mon Mar  1 00:00:00 2100", 4107542400LL},
    {"Fri, 31 Dec 9999 23:59:59 GMT", 253402300799LL},
    {"Fri Dec 31 23:59:59 9999", 253402300799LL},
    {"Tue, 31 Dec 2069 00:00:00 GMT", 3155673600LL},
    {"Tuesday, 31-Dec-69 00:00:00 GMT", 3155673600LL},
    {"Tue Dec 31 00:00:00 2069", 3155673600LL},
    {"Sun, 04 Jul 1999 01:02:03 GMT", 931050123LL},
    {"Sunday, 04-Jul-99 01:02:03 GMT", 931050123LL},
    {"Sun Jul  4 01:02:03 1999", 931050123LL},
    {"Sun, 15 Jan 2023 00:00:00 GMT", 1673740800LL},
    {"Wed, 15 Feb 2023 00:00:00 GMT", 1676419200LL},
    {"Wed, 15 Mar 2023 00:00:00 GMT", 1678838400LL},
    {"Sat, 15 Apr 2023 00:00:00 GMT", 1681516800LL},
    {"Mon, 15 May 2023 00:00:00 GMT", 1684108800LL},
    {"Thu, 15 Jun 2023 00:00:00 GMT", 1686787200LL},
    {"Sat, 15 Jul 2023 00:00:00 GMT", 1689379200LL},
    {"Tue, 15 Aug 2023 00:00:00 GMT", 1692057600LL},
    {"Fri, 15 Sep 2023 00:00:00 GMT", 1694736000LL},
    {"Sun, 15 Oct 2023 00:00:00 GMT", 1697328000LL},
    {"Wed, 15 Nov 2023 00:00:00 GMT", 1700006400LL},
    {"Fri, 15 Dec 2023 00:00:00 GMT", 1702598400LL},
    /* Another month and year than the row before has. */
    {"Friday, 05-Mar-99 00:00:00 GMT", 920592000LL},
    {"Mon, 03 Mar 2403 00:00:00 GMT", 13669430400LL},
    /* A leap second counts as the second after it. */
    {"Sat, 31 Dec 2016 23:59:60 GMT", 1483228800LL},
    /* A day's name that does not fit the date. */
    {"Mon, 06 Nov 1994 08:49:37 GMT", 784111777LL},
    /* asctime with a zero instead of a space. */
    {"Sun Nov 06 08:49:37 1994", 784111777LL},
};

static const char *const no_dates[] = {
    "",
    "0",
    "now",
    "Sun, 06 Nov 1994 08:49:37",
    "Sun, 06 Nov 1994 08:49:37 gmt",
    "Sun, 06 Nov 1994 08:49:37 UTC",
    "Sun, 06 Nov 1994 08:49:37 +0000",
    "Sun, 06 Nov 1994 08:49:37 GMT ",
    " Sun, 06 Nov 1994 08:49:37 GMT",
    "Sun, 6 Nov 1994 08:49:37 GMT",
    "Sun,06 Nov 1994 08:49:37 GMT",
    "Sun,x06 Nov 1994 08:49:37 GMT",
    "Sun, 06xNov 1994 08:49:37 GMT",
    "Sun, 06 Novx1994 08:49:37 GMT",
    "Sun, 06 Nov 1994x08:49:37 GMT",
    "Sun, 06 Nov 1994 08x49:37 GMT",
    "Sun, 06 Nov 1994 08:49x37 GMT",
    "Sun, 06 Nov 1994 08:49:37xGMT",
    "Sunday,x06-Nov-94 08:49:37 GMT",
    "Sunday, 06xNov-94 08:49:37 GMT",
    "Sunday, 06-Novx94 08:49:37 GMT",
    "Sunday, 06-Nov-94x08:49:37 GMT",
    "SunxNov  6 08:49:37 1994",
    "Sun Novx 6 08:49:37 1994",
    "Sun Nov  6x08:49:37 1994",
    "Sun Nov  6 08:49:37x1994",
    "sun, 06 Nov 1994 08:49:37 GMT",
    "Sun, 06 nov 1994 08:49:37 GMT",
    "Sun, 06 Nob 1994 08:49:37 GMT",
    "Sux, 06 Nov 1994 08:49:37 GMT",
    "Sun, 06 anF 1994 08:49:37 GMT",
    "Sun, 00 Nov 1994 08:49:37 GMT",
    "Sun, 31 Nov 1994 08:49:37 GMT",
    "Sun, 32 Jan 1994 08:49:37 GMT",
    "Sun, 29 Feb 1994 08:49:37 GMT",
    "Mon, 29 Feb 2100 08:49:37 GMT",
    "Sun, 06 Nov 1994 24:00:00 GMT",
    "Sun, 06 Nov 1994 08:60:37 GMT",
    "Sun, 06 Nov 1994 08:49:61 GMT",
    "Sun, 06 Nov 1994 -8:49:37 GMT",
    "Sun, 06 Nov 1994 08.49.37 GMT",
    "Sun, 06 Nov 1994 8:49:37  GMT",
    "Sun, +6 Nov 1994 08:49:37 GMT",
    "Sun, 06 Nov 19 4 08:49:37 GMT",
    "Sun, 06-Nov-1994 08:49:37 GMT",
    "Wed, 31 Dec 1969 23:59:59 GMT",
    "Sun, 06 Nov 0094 08:49:37 GMT",
    "Sun, 06-Nov-94 08:49:37 GMT",
    "Sunday, 06 Nov 94 08:49:37 GMT",
    "Sunday, 06-Nov-1994 08:49:37 GMT",
    "Sunday, 06-Nov-9x 08:49:37 GMT",
    "Sunday, 06-Nov-94 08:49:37 UTC",
    "Sunday, 31-Nov-94 08:49:37 GMT",
    "Sundae, 06-Nov-94 08:49:37 GMT",
    "Sunday,06-Nov-94 08:49:37 GMT ",
    "Sunday: 06-Nov-94 08:49:37 GMT",
    "Sun Nov  6 08:49:37 94",
    "Sun Nov  6 08:49:37 1994 GMT",
    "Sun Nov    08:49:37 1994",
    "Sun Nov  6 08:49:37  994",
    "Sun, Nov 6 08:49:37 1994",
    "1994-11-06T08:49:37Z",
    "Tue, 15 Nov 1994 08:12:31 GMTTue, 15 Nov 1994 08:12:31 GMT",
};

static const struct {
  const char *text;
  long long now_s;
  long long wait_ms;
} waits[] = {
    {"0", 0, 0},
    {"1", 0, 1000},
    {"120", 0, 120000},
    {"007", 0, 7000},
    {"86399", 0, 86399000},
    {"86400", 0, DAY_MS},
    {"86401", 0, DAY_MS},
    {"99999999999999999999999999999999", 0, DAY_MS},
    {"9223372036854775808", 0, DAY_MS},
    {"", 0, -1},
    {"-1", 0, -1},
    {"+1", 0, -1},
    {"1.5", 0, -1},
    {" 1", 0, -1},
    {"1 ", 0, -1},
    {"1s", 0, -1},
    {"soon", 0, -1},
    {"Sun, 06 Nov 1994 08:49:37 GMT", 784111777, 0},
    {"Sun, 06 Nov 1994 08:49:37 GMT", 784111776, 1000},
    {"Sun, 06 Nov 1994 08:49:37 GMT", 784111778, 0},
    {"Sun, 06 Nov 1994 08:49:37 GMT", 784111777 - 86399, 86399000},
    {"Sun, 06 Nov 1994 08:49:37 GMT", 784111777 - 86400, DAY_MS},
    {"Sun, 06 Nov 1994 08:49:37 GMT", 784111777 - 86401, DAY_MS},
    {"Sun, 06 Nov 1994 08:49:37 GMT", -9223372036854775807LL - 1, DAY_MS},
    {"Sun, 06 Nov 1994 08:49:37 GMT", 9223372036854775807LL, 0},
    {"Sunday, 06-Nov-94 08:49:37 GMT", 784111770, 7000},
    {"Thu, 01 Jan 1970 00:00:00 GMT", 0, 0},
    {"Sun Nov  6 08:49:37 1994", 784111770, 7000},
    {"Sun, 31 Nov 1994 08:49:37 GMT", 784111770, -1},
};

int main(void)
{
  const char *text;
  size_t i;
  size_t len;

  for (i = 0; i < sizeof(dates) / sizeof(dates[0]); i++)
    CHECK_NUMBER(cln_httpdate_parse(dates[i].text, strlen(dates[i].text)),
                 dates[i].seconds, dates[i].text);
  for (i = 0; i < sizeof(no_dates) / sizeof(no_dates[0]); i++)
    CHECK_NUMBER(cln_httpdate_parse(no_dates[i], strlen(no_dates[i])), -1,
                 no_dates[i]);
  for (i = 0; i < sizeof(waits) / sizeof(waits[0]); i++) {
    text = waits[i].text;
    CHECK_NUMBER(cln_retry_after_ms(text, strlen(text), waits[i].now_s),
                 waits[i].wait_ms, text);
  }
  CHECK(cln_httpdate_parse(NULL, 0) == -1);
  CHECK(cln_retry_after_ms(NULL, 0, 0) == -1);
  /* A NUL is a byte like others, and no prefix of a date is one. */
  CHECK(cln_httpdate_parse("Sun, 06 Nov 1994 08:49:37\0GMT", 29) == -1);
  for (i = 0; i < 3; i++) {
    for (len = 0; len < strlen(dates[i].text); len++)
      CHECK_NUMBER(cln_httpdate_parse(dates[i].text, len), -1, "a prefix");
  }
  return test_end();
}
