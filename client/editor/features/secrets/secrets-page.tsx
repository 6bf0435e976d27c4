export default function Page(_: { client: unknown }) {
  return null;
}
