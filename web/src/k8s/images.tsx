/** Images of containers: the first, and how many more. */
import { Labels } from "./labels";

export function Images({ images, shown = 1 }: { images: readonly { image: string }[]; shown?: number }) {
  return <Labels labels={[...new Set(images.map(({ image }) => image))]} shown={shown} />;
}
