/** What a photograph has and a drawing lacks: patches of light and dark of every size, which a copier turns to blots. */
import type { Paper } from './paper.js';

type Frame = { x: number; y: number; width: number; height: number };

/** Ragged patches over the frame, in clusters, dark or light; the caller has clipped to the frame. */
export function drawPatches({ context, dice }: Paper, { x, y, width, height }: Frame): void {
  const isDark = dice.chance(0.6);
  const unit = Math.min(width, height);
  for (let cluster = dice.integer(3, 12); cluster > 0; cluster--) {
    const [middleX, middleY] = [x + dice.uniform() * width, y + dice.uniform() * height];
    const spread = unit * dice.between(0.08, 0.4);
    for (let patch = dice.integer(4, 22); patch > 0; patch--) {
      const size = unit * 10 ** dice.between(-2.2, -0.9);
      const [atX, atY] = [middleX + spread * dice.gaussian(), middleY + spread * dice.gaussian()];
      const light = dice.chance(isDark ? 0.3 : 0.6);
      const alpha = dice.between(0.35, 1).toFixed(2);
      context.fillStyle = light ? `rgba(245,245,240,${alpha})` : `rgba(12,12,14,${alpha})`;
      context.beginPath();
      const corners = dice.integer(5, 9);
      const flat = dice.between(0.3, 1.3);
      for (let corner = 0; corner < corners; corner++) {
        const angle = (2 * Math.PI * corner) / corners;
        const radius = size * dice.between(0.35, 1.4);
        context.lineTo(atX + radius * Math.cos(angle), atY + flat * radius * Math.sin(angle));
      }
      context.fill();
    }
  }
}
