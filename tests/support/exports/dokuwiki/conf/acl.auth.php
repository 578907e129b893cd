# acl.auth.php
# <?php exit()?>
*	@ALL	1
*	@user	8
private:*	@ALL	0
private:*	@user	8
