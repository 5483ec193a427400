. /opt/service/clm-common/common.sh
convert notebook-processor
