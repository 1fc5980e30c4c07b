CALL pg_temp.follows_award('filing_filing');
