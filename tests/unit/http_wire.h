/* http_wire – the raw client of tests/support/wire.h against a server of this process. */
#ifndef JW_HTTP_WIRE_H
#define JW_HTTP_WIRE_H

#include "http.h"
#include "wire.h"

static inline int wire_port(const HttpServer *s) { return atoi(strrchr(http_address(s), ':') + 1); }
static inline int wire_open(const HttpServer *s) { return wire_connect(wire_port(s)); }
static inline Reply wire_ask(const HttpServer *s, const char *text) {
    return wire_ask_port(wire_port(s), text);
}

#endif
