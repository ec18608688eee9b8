/* photos – a file of a camera on its way: made small before it is sent, where the
 * browser can, so that a phone pays for a tenth; sent with progress; the same try again
 * carries the same key. And the pictures that need a secret, fetched by POST. */
import { Problem } from './api/client';
import type { PhotoKept } from './api/types';
import { lang, say } from './modes';

export const PHOTOS_MOST = 6;
const SIDE = 1600;
const QUALITY = 0.85;
const SEND_MS = 120_000;

/* A JPEG, whatever it was, so that nothing but the picture leaves the phone: drawing it
 * drops EXIF and turns it upright. The same file only when this browser cannot read it:
 * the server says then what it is. */
export async function madeSmall(file: Blob): Promise<Blob> {
  try {
    const picture = await createImageBitmap(file, { imageOrientation: 'from-image' });
    const scale = SIDE / Math.max(picture.width, picture.height);
    const canvas = document.createElement('canvas');
    canvas.width = Math.max(1, Math.round(picture.width * Math.min(1, scale)));
    canvas.height = Math.max(1, Math.round(picture.height * Math.min(1, scale)));
    const pen = canvas.getContext('2d');
    if (!pen) return file;
    pen.fillStyle = '#fff';
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(picture, 0, 0, canvas.width, canvas.height);
    picture.close();
    return (await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/jpeg', QUALITY))) ?? file;
  } catch {
    return file;
  }
}

export function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(15)), (b) => b.toString(16).padStart(2, '0')).join('');
}

/* XMLHttpRequest, because fetch does not tell how much was sent. */
export function upload(photo: Blob, key: string, progress: (share: number) => void, as = ''): Promise<PhotoKept> {
  return new Promise((done, fail) => {
    const call = new XMLHttpRequest();
    call.open('POST', '/api/1/photos');
    call.timeout = SEND_MS;
    call.setRequestHeader('Accept-Language', lang.value === 'zh' ? 'zh-CN' : 'en');
    call.setRequestHeader('Content-Type', 'application/octet-stream');
    call.setRequestHeader('X-Jingwei', '1');
    call.setRequestHeader('Client-Key', key);
    if (as) call.setRequestHeader('Jingwei-As', as);
    call.upload.onprogress = (e) => progress(e.lengthComputable ? e.loaded / e.total : 0);
    call.onload = () => {
      let told: PhotoKept & { code?: string; detail?: string } = {};
      try {
        told = JSON.parse(call.responseText) as typeof told;
      } catch {
        /* a proxy in between answered */
      }
      if (call.status === 200 && told.claim) done(told);
      else fail(new Problem(call.status, told.code ?? '', told.detail ?? say('照片没有传上去，请再试一次。', 'The photo was not sent: try again.')));
    };
    call.onerror = call.ontimeout = () => fail(new Problem(0, 'no_answer', say('照片没有传上去。请检查网络，再试一次。', 'The photo was not sent. Check the network and try again.')));
    call.send(photo);
  });
}

/* A picture by POST, as an address for <img>; the caller revokes it. */
async function picture(path: string, what: object): Promise<string> {
  const answer = await fetch(path, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-Jingwei': '1' },
    body: JSON.stringify(what),
    cache: 'no-store',
  });
  if (!answer.ok) throw new Problem(answer.status, '', say('照片现在看不了。', 'The photo cannot be shown now.'));
  return URL.createObjectURL(await answer.blob());
}

/* One that only code and second secret open. */
export const ownPicture = (code: string, secret: string, id: string, size: 'large' | 'small') => picture(`/api/1/track/${encodeURIComponent(code)}/photo`, { secret, id, size });

/* As it was taken, for staff: the server logs each. */
export const openOriginal = (id: string) => picture(`/api/1/photos/${id}/open`, {});
