/*
 * A scripted HTTP/1.1 server on loopback, in a thread of its own, that
 * writes down what reaches it. The path of a request says what it does:
 *
 *   /close      reads the request and closes without a byte
 *   /reset      closes with a reset as soon as it has the header lines
 *   /never      does not answer
 *   /cut        announces 100 bytes of body, sends 10, closes
 *   /stall      announces 100 bytes of body, sends 10, then nothing
 *   /drip/N     sends N bytes of body, one every 300 ms
 *   /slow/MS    answers after MS milliseconds
 *   /big/N      N bytes of body
 *   /headers/N  N bytes of header lines
 *   /status/N   an answer of status N
 *   /early      103 before the 200
 *   /last       "Connection: close", and closes
 *   any other   200
 *
 * Where nothing else is said the body is the path, so that an answer meant
 * for another request shows. Memory is the peer's until peer_stop.
 */
#ifndef CLN_PEER_H
#define CLN_PEER_H

#include <stdbool.h>
#include <stddef.h>

struct peer;

struct peer_counts {
  int connections; /* accepted so far */
  int open_now;    /* of them, those still open */
  int open_most;   /* the most that were open at one time */
  int requests;    /* read to their end, or begun to be answered */
};

/* NULL when there is no loopback. */
struct peer *peer_start(void);
void peer_stop(struct peer *peer);

int peer_port(const struct peer *peer);
void peer_count(struct peer *peer, struct peer_counts *counts);

/* How many requests began with this text: "POST /close". */
int peer_seen(struct peer *peer, const char *method_and_path);

/* The last request's head, line ends as they came; cut to size. */
void peer_last_head(struct peer *peer, char *head, size_t size);

/* Bytes read on a connection (the first is 0); whether its end was seen. */
long long peer_bytes(struct peer *peer, int connection);
bool peer_ended(struct peer *peer, int connection);

void sleep_ms(int ms);

#endif
