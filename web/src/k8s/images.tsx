/** Images of containers: the first, and how many more. */
import { Labels } from "./labels";

export function Images({ images, limit = 1 }: { images: readonly { image: string }[]; limit?: number }) {
  return <Labels labels={[...new Set(images.map(({ image }) => image))]} limit={limit} />;
}
