/* found – what in the draft names people, for the pages of the report. */
import { finder } from '../shared/found';
import { draft } from './draft';

export const { found, look } = finder(() => ({ text: draft.text.trim() || undefined, spot: draft.spot.trim() || undefined }));
