import { useState } from "react";
import { Button } from "../../atoms/button.tsx";
import { Field } from "../../atoms/field.tsx";

export function SearchForm({ search, onSearch }: { search: string; onSearch: (words: string) => void }) {
  const [words, setWords] = useState(search);
  return (
    <form
      className="inline"
      role="search"
      aria-label="Documents"
      onSubmit={(event) => {
        event.preventDefault();
        onSearch(words.trim());
      }}
    >
      <Field label="Search in all documents">
        {(control) => (
          <input
            {...control}
            type="search"
            maxLength={4000}
            value={words}
            onChange={(event) => setWords(event.target.value)}
          />
        )}
      </Field>
      <Button type="submit">Search</Button>
      {search !== "" && (
        <Button
          look="quiet"
          onClick={() => {
            setWords("");
            onSearch("");
          }}
        >
          Clear search
        </Button>
      )}
    </form>
  );
}
