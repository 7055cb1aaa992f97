-- Whom documents are confined to. Label and collection are with their passages; with them, this is
-- what the policy is asked about.

-- The label that was named at the import, for passages that do not say their own.
ALTER TABLE document ADD COLUMN label TEXT
    CHECK (label IN ('public', 'internal', 'confidential', 'restricted'));

-- Without its owner a document is as it would be without an owner named: that opens nothing.
ALTER TABLE document ADD COLUMN owner_id TEXT REFERENCES account (id) ON DELETE SET NULL;
ALTER TABLE document ADD COLUMN team TEXT;
ALTER TABLE document ADD COLUMN region TEXT;
-- Names of roles, as a JSON list.
ALTER TABLE document ADD COLUMN roles TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(roles));
ALTER TABLE document ADD COLUMN valid_from INTEGER;
ALTER TABLE document ADD COLUMN valid_until INTEGER;

CREATE INDEX document_owner ON document (owner_id) WHERE owner_id IS NOT NULL;
