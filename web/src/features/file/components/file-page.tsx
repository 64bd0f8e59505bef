import { Anchor, Group, Title } from "@mantine/core";
import { IconAlertTriangle, IconArrowLeft, IconUnlink } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useCanGoBack, useRouter } from "@tanstack/react-router";
import { Artwork } from "@/components/ui/artwork";
import { ErrorState } from "@/components/ui/error-state";
import { kindNames } from "@/components/ui/kind-icon";
import { Notice } from "@/components/ui/notice";
import { SafeName } from "@/components/ui/safe-name";
import { StateBadges } from "@/components/ui/state-badges";
import { isNotFound } from "@/lib/api/problem";
import type { FileDetail } from "@/lib/api/types";
import { fileReason, fileTitle } from "@/lib/file-facts";
import { visibleName } from "@/lib/file-name";
import { formatAgo, formatTime } from "@/lib/format";
import { useTitle } from "@/lib/use-title";
import { fileQuery } from "../api/get-file";
import { mediaFacts, tagFacts } from "../facts";
import { Contents } from "./contents";
import classes from "./file-page.module.css";
import { History } from "./history";
import { Neighbors } from "./neighbors";
import { FactList, Section } from "./section";
import { Sidecar } from "./sidecar";
import { Whereabouts } from "./whereabouts";

/** Back to the list as it was left; to the whole library for one who came by a link. */
function BackLink() {
  const router = useRouter();
  const canGoBack = useCanGoBack();
  return (
    <Anchor
      component={Link}
      to="/"
      className={classes.back}
      onClick={(event: React.MouseEvent) => {
        if (!canGoBack || event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        router.history.back();
      }}
    >
      <IconArrowLeft size={16} aria-hidden="true" /> {canGoBack ? "Back" : "Library"}
    </Anchor>
  );
}

const doubts: Record<string, string> = {
  silent_change: "The content of this file changed although nobody wrote to it",
  checksum_mismatch: "Files are not what this one says they are",
};

function reasonTitle({ status, reason_code }: FileDetail): string {
  if (status === "unreadable") return "This file could not be read";
  if (status === "skipped") return "This file was skipped";
  return doubts[reason_code ?? ""] ?? "Something about this file is not right";
}

function Notices({ file }: { file: FileDetail }) {
  const reason = fileReason(file);
  return (
    <>
      {reason !== null && (
        <Notice
          tone={file.status === "unreadable" ? "danger" : "warning"}
          icon={<IconAlertTriangle size={20} />}
          title={reasonTitle(file)}
        >
          {visibleName(reason)}
          {file.reason_code && <span className={classes.code}> ({file.reason_code})</span>}
        </Notice>
      )}
      {file.media?.damage && (
        <Notice tone="warning" icon={<IconAlertTriangle size={20} />} title="This file is damaged">
          {visibleName(file.media.damage)}
        </Notice>
      )}
      {file.availability === "missing" && (
        <Notice tone="warning" icon={<IconUnlink size={20} />} title="This file is missing">
          {file.missing_since
            ? `Missing since ${formatTime(file.missing_since)} (${formatAgo(file.missing_since)}). `
            : ""}
          It is no longer at its place. What is known about it stays here, and it is found again
          when it returns.
        </Notice>
      )}
    </>
  );
}

function Head({ file }: { file: FileDetail }) {
  const by = file.artist ?? file.album_artist;
  const from = [file.album, file.year].filter(Boolean).join(" · ");
  return (
    <header className={classes.head}>
      <Group gap={8}>
        <span className={classes.kind}>{kindNames[file.kind]}</span>
        <StateBadges file={file} />
      </Group>
      <Title order={1} className={classes.title}>
        <SafeName name={fileTitle(file)} wrap />
      </Title>
      {by && <SafeName name={by} className={classes.by} wrap />}
      {from && <SafeName name={from} className={classes.from} wrap />}
      {file.title && <SafeName name={file.name} className={classes.from} wrap />}
    </header>
  );
}

function Loaded({ file }: { file: FileDetail }) {
  const tags = tagFacts(file);
  return (
    <article className={classes.page}>
      <div className={classes.side}>
        <div className={classes.artwork} data-kind={file.kind}>
          <Artwork
            key={file.id}
            file={file}
            size={1024}
            fit="contain"
            alt={`Artwork of ${visibleName(fileTitle(file))}`}
          />
        </div>
      </div>
      <div className={classes.main}>
        <Head file={file} />
        <Notices file={file} />
        <Section title="Facts">
          <FactList facts={mediaFacts(file)} />
        </Section>
        {tags.length > 0 && (
          <Section title="Tags">
            <FactList facts={tags} />
          </Section>
        )}
        <Sidecar media={file.media} />
        <Contents media={file.media} />
        <Neighbors neighbors={file.neighbors} />
        <Whereabouts file={file} />
        <History events={file.events} />
      </div>
    </article>
  );
}

interface NotLoadedProps {
  error: Error;
  onRetry: () => void;
  retrying: boolean;
}

function NotLoaded({ error, ...retry }: NotLoadedProps) {
  if (!isNotFound(error)) return <ErrorState error={error} order={1} {...retry} />;
  return (
    <ErrorState error={error} title="There is no such file" order={1}>
      <Anchor component={Link} to="/" c="var(--app-ok)">
        Go to the library
      </Anchor>
    </ErrorState>
  );
}

export function FilePage({ id }: { id: string }) {
  const { data: file, error, refetch, isFetching } = useQuery(fileQuery(id));
  const gone = isNotFound(error); // taken out of the catalog while it was looked at
  useTitle(file && visibleName(fileTitle(file)));

  return (
    <>
      <BackLink />
      {file !== undefined && !gone && <Loaded file={file} />}
      {(file === undefined || gone) && error !== null && (
        <NotLoaded error={error} onRetry={() => void refetch()} retrying={isFetching} />
      )}
      {file === undefined && error === null && (
        <div className={classes.page} role="status" aria-busy="true" aria-label="Loading the file">
          <div className={classes.artwork} />
        </div>
      )}
    </>
  );
}
