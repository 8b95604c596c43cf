/// Step 15: activities of some kinds in a stretch of time, found without reading the others.
extension Schema {
    static let activityKinds = """
        DROP INDEX activities_by_time;
        CREATE INDEX activities_by_time ON activities (connection, time, kind);

        """
}
