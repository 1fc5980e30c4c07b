CALL pg_temp.append_only('review_reviewopinion');
CALL pg_temp.append_only('review_returnnotice');
