/** An element's attributes. */
type Attributes = Readonly<Record<string, string | number>>;

/** An element; `inner` is markup. */
export function element(name: string, attributes: Attributes, inner = ""): string {
  const words = Object.entries(attributes).map(
    ([key, value]) => ` ${key}="${escaped(String(rounded(value)))}"`,
  );
  return inner === "" ? `<${name}${words.join("")}/>` : `<${name}${words.join("")}>${inner}</${name}>`;
}

/** Text at a position. */
export function text(x: number, y: number, words: string, attributes: Attributes = {}): string {
  return element("text", { x, y, ...attributes }, escaped(words));
}

/** A complete picture on a white background, to be readable on dark pages too. */
export function picture(width: number, height: number, title: string, parts: readonly string[]): string {
  const ground = element("rect", { width, height, fill: "#ffffff" });
  const head = text(16, 26, title, { "font-size": 16, "font-weight": "bold" });
  const attributes = {
    xmlns: "http://www.w3.org/2000/svg",
    viewBox: `0 0 ${width} ${height}`,
    width,
    height,
    "font-family": "Helvetica, Arial, 'DejaVu Sans', sans-serif",
    "font-size": 12,
    fill: "#222222",
  };
  return `${element("svg", attributes, `\n${[element("title", {}, escaped(title)), ground, head, ...parts].join("\n")}\n`)}\n`;
}

function escaped(words: string): string {
  return words
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}

function rounded(value: string | number): string | number {
  return typeof value === "number" ? Number(value.toFixed(1)) : value;
}
