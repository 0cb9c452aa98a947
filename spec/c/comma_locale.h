/*
 * Sets a locale whose decimal point is another: an installed one, or one that
 * localedef makes in a directory of its own. Include it once, with
 * _XOPEN_SOURCE 700 defined first.
 */
#ifndef CLN_COMMA_LOCALE_H
#define CLN_COMMA_LOCALE_H

#include <locale.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static inline bool set_locale(const char *name, const char *point)
{
  return setlocale(LC_ALL, name) != NULL &&
         strcmp(localeconv()->decimal_point, point) == 0;
}

static inline bool make_locale(const char *language, const char *name,
                               const char *point)
{
  char directory[] = "/tmp/clinone-locale-XXXXXX";
  char command[256];
  bool ok;

  if (mkdtemp(directory) == NULL)
    return false;
  snprintf(command, sizeof(command),
           "localedef -i %s -f UTF-8 %s/%s >/dev/null 2>&1", language,
           directory, name);
  ok = system(command) == 0 && setenv("LOCPATH", directory, 1) == 0 &&
       set_locale(name, point);
  unsetenv("LOCPATH");
  snprintf(command, sizeof(command), "rm -r %s", directory);
  return system(command) == 0 && ok; /* what is loaded stays loaded */
}

/* False when there is no way to get one. */
static inline bool set_comma_locale(void)
{
  return set_locale("de_DE.UTF-8", ",") || set_locale("fr_FR.UTF-8", ",") ||
         make_locale("de_DE", "de_DE.UTF-8", ",");
}

/* A decimal point of two bytes, U+066B, as in Pashto. */
static inline bool set_wide_point_locale(void)
{
  return set_locale("ps_AF.UTF-8", "\xd9\xab") ||
         set_locale("ps_AF", "\xd9\xab") ||
         make_locale("ps_AF", "ps_AF.UTF-8", "\xd9\xab");
}

#endif
