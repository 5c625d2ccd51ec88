-- A catalogue of revision 0001. Never edited: it is what people have.
BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0001');
CREATE TABLE embeddings (
        photo_id INTEGER NOT NULL REFERENCES photos (id),
        space_id INTEGER NOT NULL REFERENCES spaces (id),
        region_kind TEXT NOT NULL DEFAULT 'whole',
        vector BLOB NOT NULL CHECK (typeof(vector) = 'blob'),
        checksum INTEGER NOT NULL,
        PRIMARY KEY (space_id, region_kind, photo_id)
    );
INSERT INTO "embeddings" VALUES(1,1,'whole',X'C33D8A3D0E4091BD8C09B03E44AD663D393E93BEC4C9463E3A38333F4F2A023F',2330824091);
CREATE TABLE files (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        root_id INTEGER NOT NULL REFERENCES roots (id),
        path BLOB NOT NULL CHECK (typeof(path) = 'blob'),
        path_text TEXT NOT NULL,
        photo_id INTEGER REFERENCES photos (id),
        size INTEGER NOT NULL,
        mtime_ns NOT NULL,
        ctime_ns NOT NULL,
        inode NOT NULL,
        read_at_ns INTEGER NOT NULL,
        failure TEXT,
        UNIQUE (root_id, path),
        CHECK ((photo_id IS NULL) <> (failure IS NULL))
    );
INSERT INTO "files" VALUES(1,1,X'323031392FC3A92E6A7067','2019/é.jpg',1,2,3,4,5,5,NULL);
INSERT INTO "files" VALUES(2,1,X'746F726E2E6A7067','torn.jpg',NULL,1,2,3,4,5,'it ends too early');
CREATE TABLE photos (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        fingerprint BLOB NOT NULL UNIQUE
            CHECK (typeof(fingerprint) = 'blob' AND length(fingerprint) = 16),
        format TEXT NOT NULL,
        width INTEGER NOT NULL,
        height INTEGER NOT NULL,
        average_colour INTEGER NOT NULL CHECK (average_colour BETWEEN 0 AND 16777215),
        taken_at TEXT,
        utc_offset_minutes INTEGER,
        camera TEXT,
        lens TEXT,
        latitude REAL,
        longitude REAL,
        added_at TEXT NOT NULL
    );
INSERT INTO "photos" VALUES(1,X'00000000000000000000000000000001','JPEG',4001,3000,116991,'2019-07-01T12:00:00',120,'Nikon D750','50mm',-33.5,151.25,'2026-11-21T11:42:18.348295+00:00');
CREATE TABLE roots (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        path BLOB NOT NULL UNIQUE CHECK (typeof(path) = 'blob'),
        added_at TEXT NOT NULL,
        offline INTEGER NOT NULL DEFAULT 0 CHECK (offline IN (0, 1)),
        last_indexed_at TEXT
    );
INSERT INTO "roots" VALUES(1,X'2F7069637475726573','2026-11-21T11:42:18.331456+00:00',0,NULL);
CREATE TABLE spaces (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        checkpoint TEXT NOT NULL,
        sha256 TEXT NOT NULL,
        preprocess_version INTEGER NOT NULL,
        dim INTEGER NOT NULL CHECK (dim > 0),
        UNIQUE (sha256, preprocess_version)
    );
INSERT INTO "spaces" VALUES(1,'tiny','abababababababababababababababababababababababababababababababab',1,8);
CREATE TABLE state (key TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL);
INSERT INTO "state" VALUES('serving_space_id','1');
CREATE INDEX ix_files_photo_id ON files (photo_id);
CREATE INDEX ix_files_path_text ON files (path_text);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('roots',1);
INSERT INTO "sqlite_sequence" VALUES('photos',1);
INSERT INTO "sqlite_sequence" VALUES('files',2);
INSERT INTO "sqlite_sequence" VALUES('spaces',1);
COMMIT;
