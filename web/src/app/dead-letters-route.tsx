import { useNavigate, useSearch } from "@tanstack/react-router";
import { DeadLettersPage } from "@/features/dead-letters/components/dead-letters-page";
import type { LetterSearch } from "@/features/dead-letters/letter-search";

export function DeadLettersRoute() {
  const search = useSearch({ from: "/dead-letters" });
  const navigate = useNavigate({ from: "/dead-letters" });
  const onSearch = (change: Partial<LetterSearch>) =>
    void navigate({ search: (now) => ({ ...now, ...change }), replace: true });
  return <DeadLettersPage search={search} onSearch={onSearch} />;
}
