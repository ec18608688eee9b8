/* photo_webp – WebP read by libwebp, which makes it smaller itself; what is see-through
 * is laid on white. It holds the whole picture, so fewer pixels are taken. */
#include "photo_inner.h"

#include <webp/decode.h>

static Err decode(Str file, WebPDecoderConfig *c, PhotoPixels *p, Fault *f) {
    size_t n = (size_t)p->w * (size_t)p->h;
    uint8_t *rgba = mem_alloc(4 * n);

    p->rgb = mem_alloc(3 * n);
    if (!rgba || !p->rgb) {
        mem_free(rgba);
        return fault_memory(f);
    }
    c->options.use_scaling = p->w != c->input.width || p->h != c->input.height;
    c->options.scaled_width = p->w;
    c->options.scaled_height = p->h;
    c->output.colorspace = MODE_RGBA;
    c->output.is_external_memory = 1;
    c->output.u.RGBA = (WebPRGBABuffer){ rgba, 4 * p->w, 4 * n };
    VP8StatusCode status = WebPDecode((const uint8_t *)file.p, file.n, c);
    if (status == VP8_STATUS_OK)
        photo_on_white(rgba, p->rgb, n);
    WebPFreeDecBuffer(&c->output);
    mem_free(rgba);
    return status == VP8_STATUS_OK              ? OK
           : status == VP8_STATUS_OUT_OF_MEMORY ? fault_memory(f)
                                                : photo_damaged(f);
}

Err photo_read_webp(Str file, PhotoPixels *ret, Fault *f) {
    WebPDecoderConfig c;

    *ret = (PhotoPixels){ 0 };
    if (!WebPInitDecoderConfig(&c) ||
        WebPGetFeatures((const uint8_t *)file.p, file.n, &c.input) != VP8_STATUS_OK)
        return photo_damaged(f);
    TRY(photo_judge_size(c.input.width, c.input.height, true, f));
    photo_fit(c.input.width, c.input.height, PHOTO_LARGE, &ret->w, &ret->h);
    return decode(file, &c, ret, f);
}
